# Everything is looked up again, by those who did not make it.
data "aws_cognito_user_pools" "whole" {
  name = aws_cognito_user_pool.whole.name
}

data "aws_cognito_user_pool" "whole" {
  user_pool_id = one(data.aws_cognito_user_pools.whole.ids)
}

data "aws_cognito_user_pool_clients" "whole" {
  user_pool_id = aws_cognito_user_pool_client.whole.user_pool_id
}

data "aws_cognito_user_pool_client" "whole" {
  user_pool_id = aws_cognito_user_pool.whole.id
  client_id    = one(data.aws_cognito_user_pool_clients.whole.client_ids)
}

data "aws_cognito_user_groups" "whole" {
  user_pool_id = aws_cognito_user_group.readers.user_pool_id
}

data "aws_cognito_user_group" "readers" {
  user_pool_id = aws_cognito_user_group.readers.user_pool_id
  name         = aws_cognito_user_group.readers.name
}

data "aws_cognito_user_pool_signing_certificate" "whole" {
  user_pool_id = aws_cognito_user_pool.whole.id
}

data "aws_cognito_identity_pool" "whole" {
  identity_pool_name = aws_cognito_identity_pool.whole.identity_pool_name
}

data "aws_sns_topic" "news" {
  name = aws_sns_topic.news.name
}

data "aws_iam_role" "person" {
  name = aws_iam_role.person.name
}

data "aws_iam_policy" "access" {
  name = aws_iam_policy.access.name
}

data "aws_iam_openid_connect_provider" "company" {
  arn = aws_iam_openid_connect_provider.company.arn
}
