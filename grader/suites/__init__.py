"""The hidden behavioural suites, one for each exercise."""
