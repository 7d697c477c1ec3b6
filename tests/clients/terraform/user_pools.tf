resource "aws_cognito_user_pool" "smallest" {
  name = var.later ? "smallest-renamed" : "smallest"
}

resource "aws_cognito_user_pool" "whole" {
  name                       = "whole"
  alias_attributes           = ["email", "preferred_username"]
  auto_verified_attributes   = var.later ? ["email", "phone_number"] : ["email"]
  deletion_protection        = var.later ? "INACTIVE" : "ACTIVE"
  mfa_configuration          = var.later ? "ON" : "OPTIONAL"
  sms_authentication_message = "Sign in with {####}"
  user_pool_tier             = "PLUS"
  tags                       = local.tags

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = var.later ? 2 : 1
    }
    dynamic "recovery_mechanism" {
      for_each = var.later ? [1] : []
      content {
        name     = "verified_phone_number"
        priority = 1
      }
    }
  }

  admin_create_user_config {
    allow_admin_create_user_only = var.later
    invite_message_template {
      email_message = "You are {username} with {####}"
      email_subject = var.later ? "Come in" : "Welcome"
      sms_message   = "{username} {####}"
    }
  }

  device_configuration {
    challenge_required_on_new_device      = true
    device_only_remembered_on_user_prompt = var.later
  }

  email_configuration {
    email_sending_account  = "DEVELOPER"
    from_email_address     = "People <people@example.com>"
    reply_to_email_address = var.later ? "answers@example.com" : "people@example.com"
    source_arn             = local.identity
  }

  email_mfa_configuration {
    message = var.later ? "Now {####}" : "Use {####}"
    subject = "Your code"
  }

  password_policy {
    minimum_length                   = var.later ? 14 : 10
    password_history_size            = var.later ? 5 : 3
    require_lowercase                = true
    require_numbers                  = var.later
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 3
  }

  schema {
    name                     = "email"
    attribute_data_type      = "String"
    required                 = true
    mutable                  = true
    developer_only_attribute = false
    string_attribute_constraints {
      min_length = 5
      max_length = 320
    }
  }
  schema {
    name                = "level"
    attribute_data_type = "Number"
    mutable             = true
    number_attribute_constraints {
      min_value = 1
      max_value = 9
    }
  }
  schema {
    name                     = "secret"
    attribute_data_type      = "String"
    developer_only_attribute = true
    mutable                  = true
    string_attribute_constraints {
      max_length = 20
      min_length = 0
    }
  }
  schema {
    name                = "since"
    attribute_data_type = "DateTime"
    mutable             = false
  }
  dynamic "schema" {
    for_each = var.later ? [1] : []
    content {
      name                = "added"
      attribute_data_type = "Boolean"
      mutable             = true
    }
  }

  sms_configuration {
    external_id    = var.later ? "another" : "outside"
    sns_caller_arn = aws_iam_role.texts.arn
    sns_region     = "us-east-1"
  }

  software_token_mfa_configuration {
    enabled = true
  }

  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  user_pool_add_ons {
    advanced_security_mode = var.later ? "AUDIT" : "ENFORCED"
    advanced_security_additional_flows {
      custom_auth_mode = var.later ? "ENFORCED" : "AUDIT"
    }
  }

  username_configuration {
    case_sensitive = true
  }

  verification_message_template {
    default_email_option  = var.later ? "CONFIRM_WITH_CODE" : "CONFIRM_WITH_LINK"
    email_message         = "Code {####}"
    email_message_by_link = "{##Click##}"
    email_subject         = "Code"
    email_subject_by_link = "Link"
    sms_message           = "Text {####}"
  }
}

# Nobody signs up here: no function answers.
resource "aws_cognito_user_pool" "triggered" {
  name = "triggered"

  lambda_config {
    create_auth_challenge          = "${local.function}:create"
    custom_message                 = "${local.function}:message"
    define_auth_challenge          = "${local.function}:define"
    post_authentication            = "${local.function}:${var.later ? "seen" : "after"}"
    post_confirmation              = "${local.function}:confirmed"
    pre_authentication             = "${local.function}:before"
    pre_sign_up                    = "${local.function}:sign-up"
    user_migration                 = "${local.function}:move"
    verify_auth_challenge_response = "${local.function}:verify"
    kms_key_id                     = var.sender_key
    custom_email_sender {
      lambda_arn     = "${local.function}:mail"
      lambda_version = "V1_0"
    }
    dynamic "custom_sms_sender" {
      for_each = var.later ? [] : [1]
      content {
        lambda_arn     = "${local.function}:text"
        lambda_version = "V1_0"
      }
    }
    pre_token_generation_config {
      lambda_arn     = "${local.function}:claims"
      lambda_version = var.later ? "V2_0" : "V3_0"
    }
  }
}

resource "aws_cognito_user_pool" "passkeys" {
  name                     = "passkeys"
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  user_pool_tier           = var.later ? "PLUS" : "ESSENTIALS"
  tags                     = local.tags

  username_configuration {
    case_sensitive = false
  }

  sign_in_policy {
    allowed_first_auth_factors = var.later ? ["PASSWORD", "WEB_AUTHN"] : ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]
  }

  web_authn_configuration {
    relying_party_id  = "example.com"
    user_verification = var.later ? "required" : "preferred"
  }

  email_verification_message = var.later ? "Again {####}" : "Here {####}"
  email_verification_subject = "A code"
}

resource "aws_cognito_user_pool_client" "smallest" {
  name         = "smallest"
  user_pool_id = aws_cognito_user_pool.smallest.id
}

resource "aws_cognito_user_pool_client" "whole" {
  name                                          = var.later ? "app-renamed" : "app"
  user_pool_id                                  = aws_cognito_user_pool.whole.id
  generate_secret                               = true
  access_token_validity                         = var.later ? 30 : 10
  id_token_validity                             = 1
  refresh_token_validity                        = 90
  auth_session_validity                         = var.later ? 15 : 5
  allowed_oauth_flows                           = var.later ? ["code"] : ["code", "implicit"]
  allowed_oauth_flows_user_pool_client          = true
  allowed_oauth_scopes                          = concat(["openid", "email"], aws_cognito_resource_server.photos.scope_identifiers)
  callback_urls                                 = ["https://app.example.com/in", "https://app.example.com/other"]
  default_redirect_uri                          = var.later ? "https://app.example.com/other" : "https://app.example.com/in"
  logout_urls                                   = ["https://app.example.com/out"]
  enable_propagate_additional_user_context_data = var.later
  enable_token_revocation                       = true
  explicit_auth_flows                           = var.later ? ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"] : ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"]
  prevent_user_existence_errors                 = var.later ? "LEGACY" : "ENABLED"
  read_attributes                               = ["email", "name", "custom:level"]
  write_attributes                              = var.later ? ["email"] : ["email", "name"]
  supported_identity_providers = [
    "COGNITO", aws_cognito_identity_provider.google.provider_name, aws_cognito_identity_provider.oidc.provider_name,
  ]

  token_validity_units {
    access_token  = "minutes"
    id_token      = "hours"
    refresh_token = "days"
  }

  refresh_token_rotation {
    feature                    = "ENABLED"
    retry_grace_period_seconds = var.later ? 60 : 10
  }
}

resource "aws_cognito_managed_user_pool_client" "adopted" {
  name_prefix           = "AmazonOpenSearchService-"
  user_pool_id          = var.adopted_pool_id
  callback_urls         = [var.later ? "https://search.example.com/b" : "https://search.example.com/a"]
  allowed_oauth_flows   = ["code"]
  allowed_oauth_scopes  = ["openid"]
  access_token_validity = var.later ? 2 : 1

  allowed_oauth_flows_user_pool_client = true
  supported_identity_providers         = ["COGNITO"]
}

resource "aws_cognito_user_pool_domain" "prefix" {
  domain                = "whole-${local.account}"
  user_pool_id          = aws_cognito_user_pool.whole.id
  managed_login_version = var.later ? 2 : 1
}

resource "aws_cognito_user_pool_domain" "own" {
  domain          = "in-${local.account}.example.com"
  certificate_arn = "arn:aws:acm:us-east-1:${local.account}:certificate/0b5ee00e-4a5e-4a5e-8a5e-0b5ee00e4a5${var.later ? "f" : "e"}"
  user_pool_id    = aws_cognito_user_pool.passkeys.id
}

resource "aws_cognito_user_pool_ui_customization" "all" {
  css          = ".label-customizable {font-weight: ${var.later ? 700 : 400};}"
  user_pool_id = aws_cognito_user_pool_domain.prefix.user_pool_id
}

resource "aws_cognito_user_pool_ui_customization" "one" {
  client_id    = aws_cognito_user_pool_client.whole.id
  css          = ".banner-customizable {padding: 1px;}"
  image_file   = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
  user_pool_id = aws_cognito_user_pool_domain.prefix.user_pool_id
}

resource "aws_cognito_resource_server" "photos" {
  identifier   = "https://photos.example.com"
  name         = var.later ? "Photos and films" : "Photos"
  user_pool_id = aws_cognito_user_pool.whole.id

  scope {
    scope_name        = "read"
    scope_description = "Look at photos"
  }
  dynamic "scope" {
    for_each = var.later ? [1] : []
    content {
      scope_name        = "write"
      scope_description = "Upload photos"
    }
  }
}

resource "aws_cognito_resource_server" "empty" {
  identifier   = "empty"
  name         = "Empty"
  user_pool_id = aws_cognito_user_pool.whole.id
}

resource "aws_cognito_risk_configuration" "all" {
  user_pool_id = aws_cognito_user_pool.whole.id

  account_takeover_risk_configuration {
    notify_configuration {
      from       = "people@example.com"
      reply_to   = "people@example.com"
      source_arn = local.identity
      block_email {
        html_body = "<b>Blocked</b>"
        subject   = "Blocked"
        text_body = "Blocked"
      }
      mfa_email {
        html_body = "<b>A factor</b>"
        subject   = "A second factor"
        text_body = "A second factor"
      }
      no_action_email {
        html_body = "<b>Look</b>"
        subject   = "Look at this"
        text_body = "Look at this"
      }
    }
    actions {
      low_action {
        event_action = "NO_ACTION"
        notify       = var.later
      }
      medium_action {
        event_action = "MFA_IF_CONFIGURED"
        notify       = true
      }
      high_action {
        event_action = var.later ? "BLOCK" : "MFA_REQUIRED"
        notify       = true
      }
    }
  }

  compromised_credentials_risk_configuration {
    event_filter = var.later ? ["SIGN_IN"] : ["SIGN_IN", "SIGN_UP"]
    actions {
      event_action = var.later ? "NO_ACTION" : "BLOCK"
    }
  }

  risk_exception_configuration {
    blocked_ip_range_list = var.later ? ["10.0.0.0/8", "192.0.2.0/24"] : ["192.0.2.0/24"]
    skipped_ip_range_list = ["198.51.100.0/24"]
  }
}

resource "aws_cognito_risk_configuration" "one" {
  user_pool_id = aws_cognito_user_pool.whole.id
  client_id    = aws_cognito_user_pool_client.whole.id

  compromised_credentials_risk_configuration {
    actions {
      event_action = "BLOCK"
    }
  }
}
