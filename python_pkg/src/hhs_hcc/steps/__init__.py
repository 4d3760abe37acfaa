"""CMS's rules, one module each: flag matrices in, flag matrices out."""
