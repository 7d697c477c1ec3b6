"""Fronted services: requests signed with credentials of ours are decided by IAM, signed anew and streamed on."""
