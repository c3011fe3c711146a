"""The committee's page: seats in one look, decisions on the record."""
