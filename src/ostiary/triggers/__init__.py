"""Triggers: functions of the operator's that are asked, or told, at certain points; one file for each."""
