"""Incidents: failures of several runs that have one cause."""
