{#- The rows of a CMS table, as loaded, are those that cms_publication names: per model year the same count and the
    same content, with no year more and no year less on either side. A failing row shows both. -#}
{% test equals_cms_publication(model, is_dated=true) %}

with

loaded as (
    {{ cms_table_hash(model, is_dated) }}
),

published as (
    select
        model_year,
        row_count,
        content_hash
    from {{ ref('cms_publication') }}
    where table_name = '{{ model.identifier | replace("cms_", "", 1) }}'
)

select
    coalesce(loaded.model_year, published.model_year) as model_year,
    loaded.row_count as loaded_row_count,
    published.row_count as published_row_count,
    loaded.content_hash as loaded_content_hash,
    published.content_hash as published_content_hash
from loaded
full outer join published
    on loaded.model_year is not distinct from published.model_year
where
    loaded.row_count is distinct from published.row_count
    or loaded.content_hash is distinct from published.content_hash

{% endtest %}
