"""Pictures of a seat and a state as SVG text: for the committee's page and the printed dossier alike."""
