"""Requests, response headers, error pages and error reports."""
