resource "aws_cognito_identity_pool" "whole" {
  identity_pool_name               = var.later ? "whole renamed" : "whole"
  allow_unauthenticated_identities = !var.later
  allow_classic_flow               = var.later
  developer_provider_name          = "login.example"
  openid_connect_provider_arns     = [aws_iam_openid_connect_provider.company.arn]
  saml_provider_arns               = ["arn:aws:iam::${local.account}:saml-provider/school"]
  supported_login_providers        = var.later ? { "accounts.google.com" = "1234.apps" } : { "graph.facebook.com" = "4567" }
  tags                             = local.tags

  cognito_identity_providers {
    client_id               = aws_cognito_user_pool_client.whole.id
    provider_name           = "cognito-idp.us-east-1.amazonaws.com/${aws_cognito_user_pool.whole.id}"
    server_side_token_check = var.later
  }
  cognito_identity_providers {
    client_id     = aws_cognito_user_pool_client.smallest.id
    provider_name = aws_cognito_user_pool.smallest.endpoint
  }
}

resource "aws_cognito_identity_pool" "smallest" {
  identity_pool_name = "smallest"
}

resource "aws_cognito_identity_pool_roles_attachment" "whole" {
  identity_pool_id = aws_cognito_identity_pool.whole.id

  roles = var.later ? { authenticated = aws_iam_role.person.arn } : {
    authenticated   = aws_iam_role.person.arn
    unauthenticated = aws_iam_role.texts.arn
  }

  role_mapping {
    identity_provider         = "graph.facebook.com"
    ambiguous_role_resolution = "AuthenticatedRole"
    type                      = "Rules"

    mapping_rule {
      claim      = "isAdmin"
      match_type = var.later ? "StartsWith" : "Equals"
      role_arn   = aws_iam_role.person.arn
      value      = "paid"
    }
  }
  role_mapping {
    identity_provider         = "cognito-idp.us-east-1.amazonaws.com/${aws_cognito_user_pool.whole.id}:${aws_cognito_user_pool_client.whole.id}"
    ambiguous_role_resolution = var.later ? "Deny" : "AuthenticatedRole"
    type                      = "Token"
  }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "own" {
  identity_pool_id       = aws_cognito_identity_pool.whole.id
  identity_provider_name = "cognito-idp.us-east-1.amazonaws.com/${aws_cognito_user_pool.whole.id}"
  use_defaults           = false
  principal_tags         = var.later ? { department = "custom:level", who = "sub" } : { department = "custom:level" }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "default" {
  identity_pool_id       = aws_cognito_identity_pool.whole.id
  identity_provider_name = aws_cognito_user_pool.smallest.endpoint
  use_defaults           = true
  principal_tags         = { client = "aud", username = "sub" }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "company" {
  identity_pool_id       = aws_cognito_identity_pool.whole.id
  identity_provider_name = aws_iam_openid_connect_provider.company.arn
  use_defaults           = false
  principal_tags         = { team = "department" }
}
