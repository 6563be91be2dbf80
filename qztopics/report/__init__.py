"""The report: numbers (`prepare`), figures (`figures`), one offline page (`page`), files (`write`)."""
