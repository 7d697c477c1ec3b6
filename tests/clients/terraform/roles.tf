data "aws_iam_policy_document" "person" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
    principals {
      type        = "Federated"
      identifiers = ["cognito-identity.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "cognito-identity.amazonaws.com:aud"
      values   = [aws_cognito_identity_pool.whole.id]
    }
  }
}

data "aws_iam_policy_document" "texts" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["cognito-idp.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "access" {
  statement {
    actions   = var.later ? ["s3:GetObject", "s3:PutObject"] : ["s3:GetObject"]
    resources = ["arn:aws:s3:::photos/&{cognito-identity.amazonaws.com:sub}/*"]
  }
}

resource "aws_iam_role" "person" {
  name                 = "person"
  description          = var.later ? "Whoever signed in" : "Who signed in"
  assume_role_policy   = data.aws_iam_policy_document.person.json
  max_session_duration = var.later ? 7200 : 3600
  permissions_boundary = var.later ? aws_iam_policy.boundary.arn : null
  tags                 = local.tags
}

resource "aws_iam_role" "texts" {
  name               = "texts"
  path               = "/cognito/"
  assume_role_policy = data.aws_iam_policy_document.texts.json
}

resource "aws_iam_role_policy" "person" {
  name   = "own"
  role   = aws_iam_role.person.id
  policy = data.aws_iam_policy_document.access.json
}

resource "aws_iam_policy" "access" {
  name        = "access"
  description = "Photos"
  policy      = data.aws_iam_policy_document.access.json
  tags        = local.tags
}

resource "aws_iam_policy" "boundary" {
  name_prefix = "boundary-"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "person" {
  role       = aws_iam_role.person.name
  policy_arn = aws_iam_policy.access.arn
}

resource "aws_iam_openid_connect_provider" "company" {
  url             = "https://id.example.com"
  client_id_list  = var.later ? ["ours", "theirs"] : ["ours"]
  thumbprint_list = [var.later ? "990f4193972f2becf12ddeda5237f9c952f20d9e" : "cf23df2207d99a74fbe169e3eba035e633b65d94"]
  tags            = local.tags
}

resource "aws_iam_user" "operator" {
  name = var.later ? "operator-renamed" : "operator"
  tags = { team = "operators" }
}

resource "aws_iam_user_policy" "operator" {
  name   = "pools"
  user   = aws_iam_user.operator.name
  policy = data.aws_iam_policy_document.access.json
}

resource "aws_iam_user_policy_attachment" "operator" {
  user       = aws_iam_user.operator.name
  policy_arn = aws_iam_policy.access.arn
}

resource "aws_iam_access_key" "operator" {
  user   = aws_iam_user.operator.name
  status = var.later ? "Inactive" : "Active"
}
