"""A whole class: its submissions found, graded in parallel, stored and handed on."""
