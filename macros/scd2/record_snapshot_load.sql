{#- Post-hook of a snapshot, in one transaction with its rows: remembers the load that it took, and those that it passed
    over. A process that dies in between has done neither, and the next one takes the same load. -#}
{% macro record_snapshot_load() %}
    {%- set loads = sort_pending_loads(this.identifier) -%}
    {%- set done = loads.to_skip -%}
    {%- if loads.to_take -%}
        {%- set done = done + [loads.to_take[0].load_id] -%}
    {%- endif -%}
    {#- --empty shows queries no rows: nothing was taken. -#}
    {%- if done and not flags.EMPTY -%}
        {{ record_loads(this.identifier, done) }}
    {%- endif -%}
{% endmacro %}
