"""HHS-HCC risk scores, exactly as CMS computes them."""
