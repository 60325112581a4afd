"""Files for other platforms, copied as they are; this package only holds them."""
