resource "aws_cognito_identity_provider" "google" {
  user_pool_id  = aws_cognito_user_pool.whole.id
  provider_name = "Google"
  provider_type = "Google"

  provider_details = {
    authorize_scopes              = var.later ? "profile email openid" : "email openid"
    client_id                     = "1234-abcd.apps.googleusercontent.com"
    client_secret                 = "google-secret"
    attributes_url                = "https://people.googleapis.com/v1/people/me?personFields="
    attributes_url_add_attributes = "true"
    authorize_url                 = "https://accounts.google.com/o/oauth2/v2/auth"
    oidc_issuer                   = "https://accounts.google.com"
    token_request_method          = "POST"
    token_url                     = "https://www.googleapis.com/oauth2/v4/token"
  }

  attribute_mapping = {
    email    = "email"
    username = "sub"
  }
}

resource "aws_cognito_identity_provider" "facebook" {
  user_pool_id  = aws_cognito_user_pool.whole.id
  provider_name = "Facebook"
  provider_type = "Facebook"

  provider_details = {
    api_version                   = "v17.0"
    authorize_scopes              = "public_profile,email"
    client_id                     = "4567"
    client_secret                 = "facebook-secret"
    attributes_url                = "https://graph.facebook.com/v17.0/me?fields="
    attributes_url_add_attributes = "true"
    authorize_url                 = "https://www.facebook.com/v17.0/dialog/oauth"
    token_request_method          = "GET"
    token_url                     = "https://graph.facebook.com/v17.0/oauth/access_token"
  }

  attribute_mapping = merge({ email = "email", username = "id" }, var.later ? { name = "name" } : {})
}

resource "aws_cognito_identity_provider" "amazon" {
  user_pool_id  = aws_cognito_user_pool.whole.id
  provider_name = "LoginWithAmazon"
  provider_type = "LoginWithAmazon"

  provider_details = {
    authorize_scopes              = "profile postal_code"
    client_id                     = "amzn1.application-oa2-client.1"
    client_secret                 = "amazon-secret"
    attributes_url                = "https://api.amazon.com/user/profile"
    attributes_url_add_attributes = "false"
    authorize_url                 = "https://www.amazon.com/ap/oa"
    token_request_method          = "POST"
    token_url                     = "https://api.amazon.com/auth/o2/token"
  }
}

resource "aws_cognito_identity_provider" "apple" {
  user_pool_id  = aws_cognito_user_pool.whole.id
  provider_name = "SignInWithApple"
  provider_type = "SignInWithApple"

  provider_details = {
    authorize_scopes              = "email name"
    client_id                     = "com.example.app"
    team_id                       = "A1B2C3D4E5"
    key_id                        = "F6G7H8I9J0"
    private_key                   = "a key that AWS never shows again"
    attributes_url_add_attributes = "false"
    authorize_url                 = "https://appleid.apple.com/auth/authorize"
    oidc_issuer                   = "https://appleid.apple.com"
    token_request_method          = "POST"
    token_url                     = "https://appleid.apple.com/auth/token"
  }

  lifecycle {
    ignore_changes = [provider_details["private_key"]]
  }
}

resource "aws_cognito_identity_provider" "oidc" {
  user_pool_id    = aws_cognito_user_pool.whole.id
  provider_name   = "Company"
  provider_type   = "OIDC"
  idp_identifiers = var.later ? ["example.com", "example.org"] : ["example.com"]

  provider_details = {
    attributes_request_method     = var.later ? "POST" : "GET"
    attributes_url_add_attributes = "false"
    authorize_scopes              = "openid email"
    client_id                     = "ours"
    client_secret                 = "oidc-secret"
    oidc_issuer                   = "https://id.example.com"
    authorize_url                 = "https://id.example.com/authorize"
    token_url                     = "https://id.example.com/token"
    attributes_url                = "https://id.example.com/userinfo"
    jwks_uri                      = "https://id.example.com/jwks"
  }

  attribute_mapping = {
    email    = "email"
    username = "sub"
  }
}

resource "aws_cognito_identity_provider" "saml" {
  user_pool_id  = aws_cognito_user_pool.whole.id
  provider_name = "School"
  provider_type = "SAML"

  provider_details = {
    MetadataFile          = file("${path.module}/saml.xml")
    SSORedirectBindingURI = "https://school.example.com/redirect"
    SLORedirectBindingURI = "https://school.example.com/out"
    IDPSignout            = "true"
    EncryptedResponses    = var.later ? "true" : "false"
  }

  attribute_mapping = {
    email = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
  }
}
