-- Every seed of seeds/cms is compared with its cms_publication rows, and cms_publication names no table without a seed.
-- The linter would indent the Jinja statements as if they were SQL.
-- noqa: disable=LT02
{#- dbt knows the list only when it runs; the text rendered while parsing is never sent anywhere. -#}
{%- set seeds = [] -%}
{%- set compared = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'seed' and node.fqn[1] == 'cms' and node.name != 'cms_publication' -%}
            {%- do seeds.append(node.name) -%}
        {%- elif node.get('test_metadata', {}).get('name') == 'equals_cms_publication' -%}
            {%- do compared.append(node.attached_node.split('.')[-1]) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endif %}

with

tables as (
    {% for seed in seeds -%}
        select
            '{{ seed }}' as seed_name,
            {{ 'true' if seed in compared else 'false' }} as is_compared
        {% if not loop.last -%} union all {%- endif %}
    {% endfor %}
),

published as (
    select distinct 'cms_' || table_name as seed_name
    from {{ ref('cms_publication') }}
)

select
    tables.is_compared,
    coalesce(tables.seed_name, published.seed_name) as seed_name,
    published.seed_name is not null as is_published
from tables
full outer join published
    on tables.seed_name = published.seed_name
where
    tables.is_compared is distinct from true
    or published.seed_name is null
