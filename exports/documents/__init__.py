"""Reports as documents: PDF by Typst, and HTML that e-mail programs show."""
