"""Alert rules, the scrape configuration, and the page of all metrics."""
