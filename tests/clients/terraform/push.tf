resource "aws_sns_platform_application" "android" {
  name                             = "android"
  platform                         = "GCM"
  platform_credential              = var.later ? "another-server-key" : "a-server-key"
  event_endpoint_created_topic_arn = var.later ? null : aws_sns_topic.news.arn
  event_delivery_failure_topic_arn = aws_sns_topic.news.arn
  success_feedback_role_arn        = aws_iam_role.texts.arn
  success_feedback_sample_rate     = var.later ? "100" : "50"
}

resource "aws_sns_topic" "smallest" {}

resource "aws_sns_topic" "news" {
  name              = "news"
  display_name      = var.later ? "The news" : "Broadcast"
  signature_version = 2
  tracing_config    = "PassThrough"
  tags              = local.tags
  delivery_policy = jsonencode({
    http = {
      defaultHealthyRetryPolicy = {
        minDelayTarget    = 5, maxDelayTarget = 20, numRetries = var.later ? 5 : 3, numMaxDelayRetries = 0
        numNoDelayRetries = 0, numMinDelayRetries = 0, backoffFunction = "linear"
      }
      disableSubscriptionOverrides = false
    }
  })
  http_success_feedback_role_arn    = aws_iam_role.texts.arn
  http_failure_feedback_role_arn    = aws_iam_role.texts.arn
  http_success_feedback_sample_rate = 100
}

resource "aws_sns_topic" "ordered" {
  name                        = "ordered.fifo"
  fifo_topic                  = true
  content_based_deduplication = !var.later
  kms_master_key_id           = "alias/aws/sns"
}

resource "aws_sns_topic_policy" "news" {
  arn = aws_sns_topic.news.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "publish"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.person.arn }
      Action    = var.later ? ["SNS:Publish", "SNS:Subscribe"] : ["SNS:Publish"]
      Resource  = aws_sns_topic.news.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.news.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:us-east-1:${local.account}:news"
  raw_message_delivery = var.later
  filter_policy        = jsonencode({ kind = var.later ? ["sport", "weather"] : ["sport"] })
  filter_policy_scope  = var.later ? "MessageBody" : "MessageAttributes"
  redrive_policy       = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:us-east-1:${local.account}:dead" })
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.smallest.arn
  protocol  = "email"
  endpoint  = "news@example.com"
}

resource "aws_sns_topic_subscription" "phone" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sms"
  endpoint  = "+14155550100"
}

resource "aws_sns_sms_preferences" "all" {
  default_sms_type    = var.later ? "Promotional" : "Transactional"
  default_sender_id   = "Ostiary"
  monthly_spend_limit = 1
}
