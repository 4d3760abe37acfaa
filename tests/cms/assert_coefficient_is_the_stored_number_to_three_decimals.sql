-- The coefficient in use is the number of the source file, rounded to the three decimals that CMS publishes.

select
    model_year,
    model,
    variable,
    metal_level,
    coefficient,
    coefficient_as_stored
from {{ ref('cms_coefficient') }}
where coefficient is distinct from round(try_cast(coefficient_as_stored as decimal(18, 12)), 3)
