"""Every word of the pages: `zh` and `en` hold modules of the same names with the same names inside."""
