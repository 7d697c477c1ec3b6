"""IAM: accounts, roles, users, policies and OIDC providers, and the decision over them."""
