# What the state has forgotten is taken up again by its id.
import {
  to = aws_cognito_user_group.readers
  id = "${aws_cognito_user_pool.whole.id}/readers"
}

import {
  to = aws_cognito_resource_server.photos
  id = "${aws_cognito_user_pool.whole.id}|https://photos.example.com"
}

import {
  to = aws_cognito_identity_provider.google
  id = "${aws_cognito_user_pool.whole.id}:Google"
}

import {
  to = aws_cognito_user_pool_domain.prefix
  id = "whole-${local.account}"
}

import {
  to = aws_cognito_user.ada
  id = "${aws_cognito_user_pool.whole.id}/ada"
}

import {
  to = aws_iam_role.person
  id = "person"
}
