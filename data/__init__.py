"""First stage: from published and canonical files to checked tables in a workspace."""
