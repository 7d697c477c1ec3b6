"""Ostiary: an identity broker you run yourself that speaks Amazon Cognito on the wire."""
