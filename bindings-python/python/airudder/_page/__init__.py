"""The page of a campaign's report; `airudder.Report.to_html` writes it."""
