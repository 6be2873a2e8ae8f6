"""Read the pages of a slide deck in the order in which a person reads them."""
