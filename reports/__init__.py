"""What is drawn from results: scorecards, class reports, gradebooks and other programs' formats."""
