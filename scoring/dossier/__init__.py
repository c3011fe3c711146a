"""The dossier: a seat's blueprint on two A4 pages as PDF, and the same as spreadsheet, CSV and map file.

`fields` turns a blueprint into texts and numbers, `dossier.typ` sets them, `press` prints a whole state, `frames` and
`sheets` write tables, `geopackage` a map file for QGIS.
"""
