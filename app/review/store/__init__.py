"""The record of decisions and what stands beside it: users, sessions, sign-ins."""
