-- What drops a category also drops everything that it drops, and nothing drops itself, directly or through others.

with

pairs as (
    select
        'cms_hcc_hierarchy' as table_name,
        model_year,
        hcc as category,
        drops_hcc as dropped
    from {{ ref('cms_hcc_hierarchy') }}
    union all
    select
        'cms_rxc_hierarchy' as table_name,
        model_year,
        rxc as category,
        drops_rxc as dropped
    from {{ ref('cms_rxc_hierarchy') }}
),

implied as (
    select distinct
        upper_pair.table_name,
        upper_pair.model_year,
        upper_pair.category,
        lower_pair.dropped
    from pairs as upper_pair
    inner join pairs as lower_pair
        on
            upper_pair.table_name = lower_pair.table_name
            and upper_pair.model_year = lower_pair.model_year
            and upper_pair.dropped = lower_pair.category
),

missing as (
    select * from implied
    except
    select * from pairs
),

-- Where every implied pair is present, a cycle of any length shows as a category that drops itself.
cyclic as (
    select * from pairs
    where category = dropped
    union
    select * from implied
    where category = dropped
)

select
    'the pair that two others imply is missing' as problem,
    table_name,
    model_year,
    category,
    dropped
from missing
union all
select
    'drops itself' as problem,
    table_name,
    model_year,
    category,
    dropped
from cyclic
