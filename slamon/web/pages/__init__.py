"""The pages that links in notices lead to: late orders and one order; plain HTML, no script, readable on a phone."""
