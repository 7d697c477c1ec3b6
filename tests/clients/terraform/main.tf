# Everything of Amazon Cognito that the AWS provider can set up, and what that stands on. `later` is the second state: most settings change.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "endpoint" { type = string }
variable "adopted_pool_id" { type = string }
variable "sender_key" { type = string }
variable "later" {
  type    = bool
  default = false
}

provider "aws" {
  region                      = "us-east-1"
  max_retries                 = 3
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_credentials_validation = true
  endpoints {
    cognitoidentity = var.endpoint
    cognitoidp      = var.endpoint
    iam             = var.endpoint
    sns             = var.endpoint
    sts             = var.endpoint
  }
  default_tags {
    tags = { managed = "terraform" }
  }
}

data "aws_caller_identity" "me" {}

locals {
  account  = data.aws_caller_identity.me.account_id
  identity = "arn:aws:ses:us-east-1:${local.account}:identity/people@example.com"
  function = "arn:aws:lambda:us-east-1:${local.account}:function"
  tags     = var.later ? { stage = "second", added = "yes" } : { stage = "first", removed = "soon" }
}
