{#- How snapshots of this project find changes: a key's attr_hash differs from that of its open version. Everything is
    dated by the load, so that replaying the same loads gives the same history to the byte.

    A version's id is its surrogate key: the number of the load that made it, and the rank of its key in that load. It
    needs no counter that could be lost, and a key that returns to an earlier state (A, B, A) gets three. A load has
    room for a billion keys. -#}
{% macro snapshot_attr_hash_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {%- set unique_key = config.get("unique_key") -%}
    {%- set natural_key = [unique_key] if unique_key is string else unique_key -%}
    {%- set load = snapshot_load(node.name) -%}
    {%- do require_unique_natural_key(node, natural_key, load) -%}
    {%- do require_load_fits_history(node, natural_key, load, target_exists) -%}
    {{ return({
        "unique_key": unique_key,
        "updated_at": "timestamp '" ~ load.load_timestamp ~ "'",
        "row_changed": "(" ~ snapshotted_rel ~ ".attr_hash <> " ~ current_rel ~ ".attr_hash)",
        "scd_id": "load_id * 1000000000 + row_number() over (order by " ~ natural_key | join(", ") ~ ")",
        "hard_deletes": adapter.get_hard_deletes_behavior(config),
    }) }}
{% endmacro %}
