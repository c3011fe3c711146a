"""The pages, one file each; a file's `routes` say which addresses it serves and to whom."""
