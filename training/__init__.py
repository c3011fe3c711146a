"""Third stage: models, their judges and their record."""
