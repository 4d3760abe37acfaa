{#- The versions of an SCD2 dimension with the days on which a fact finds them, from valid_from_date up to, and not
    including, valid_until_date: a key and a day find exactly one version.

    It is the version that was known at the end of the day. The earliest version also stands for the days before it:
    history begins with the first delivery, and what is known first about a member is the best that is known about the
    months before. The last version also stands for the days after a deletion. Of two versions that begin on one day the
    later counts; the earlier is left with no day.
    current_sk is the newest version of the key, deleted or not. -#}
{% macro versions_by_day(versions, surrogate_key, key_columns) -%}
    {#- Each use has a window of its own name: DuckDB mixes up equal ones in a query that is recursive. -#}
    {%- set oldest_first = surrogate_key ~ "_oldest_first" -%}
    select
        *,
        case
            when lag(validity_start_ts) over {{ oldest_first }} is null then date '-infinity'
            else cast(validity_start_ts as date)
        end as valid_from_date,
        coalesce(cast(lead(validity_start_ts) over {{ oldest_first }} as date), date 'infinity') as valid_until_date,
        last_value({{ surrogate_key }}) over (
            {{ oldest_first }} rows between unbounded preceding and unbounded following
        ) as current_sk
    from {{ versions }}
    where {{ surrogate_key }} != -1
    window {{ oldest_first }} as (
        partition by {{ key_columns | join(", ") }}
        order by validity_start_ts, {{ surrogate_key }}
    )
{%- endmacro %}
