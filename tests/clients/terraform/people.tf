resource "aws_cognito_user_group" "readers" {
  name         = "readers"
  user_pool_id = aws_cognito_user_pool.whole.id
  description  = var.later ? "Who reads on" : "Who reads"
  precedence   = var.later ? 0 : 42
  role_arn     = aws_iam_role.person.arn
}

resource "aws_cognito_user_group" "empty" {
  name         = "empty"
  user_pool_id = aws_cognito_user_pool.whole.id
}

resource "aws_cognito_user" "ada" {
  user_pool_id   = aws_cognito_user_pool.whole.id
  username       = "ada"
  enabled        = !var.later
  message_action = "SUPPRESS"
  password       = var.later ? "Difference-Engine-1834" : "Difference-Engine-1833"

  attributes = {
    email          = "ada@example.com"
    email_verified = "true"
    level          = var.later ? "8" : "7"
  }
}

resource "aws_cognito_user" "invited" {
  user_pool_id             = aws_cognito_user_pool.passkeys.id
  username                 = "invited@example.com"
  desired_delivery_mediums = ["EMAIL"]
  temporary_password       = "Temporary-Pass-1"
  client_metadata          = { from = "terraform" }
  validation_data          = { from = "terraform" }

  attributes = merge({ email = "invited@example.com" }, var.later ? { name = "Invited" } : {})
}

resource "aws_cognito_user_in_group" "ada" {
  user_pool_id = aws_cognito_user_pool.whole.id
  group_name   = var.later ? aws_cognito_user_group.empty.name : aws_cognito_user_group.readers.name
  username     = aws_cognito_user.ada.username
}
