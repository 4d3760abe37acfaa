-- Different states have different hashes; the same state has one, however its values are spelt and stored.
{%- set cases = [
    ("neighbours do not run together", "'ab' as a, 'c' as b", "'a' as a, 'bc' as b", false),
    ("quotes and commas do not run together", "'x\",\"y' as a, '' as b", "'x' as a, 'y\",\"' as b", false),
    ("null is not an empty text", "null as a, 'c' as b", "'' as a, 'c' as b", false),
    ("null is not the word null", "null as a, 'c' as b", "'null' as a, 'c' as b", false),
    ("a value belongs to its column", "'x' as a, null as b", "null as a, 'x' as b", false),
    ("case counts", "'Ann' as a, 'c' as b", "'ANN' as a, 'c' as b", false),
    ("blanks inside a text count", "'a b' as a, 'c' as b", "'ab' as a, 'c' as b", false),
    ("blanks around a text do not count", "'  Ann ' as a, 'c' as b", "'Ann' as a, 'c' as b", true),
    ("text is not taken for a number", "'1.50' as a, 'c' as b", "'1.5' as a, 'c' as b", false),
    ("the scale of a decimal does not count", "1.5::decimal(9, 4) as a, 10::decimal(9, 4) as b",
        "1.5::decimal(18, 2) as a, 10::integer as b", true),
    ("decimal and double agree", "0.7::decimal(9, 4) as a, 0::decimal(9, 4) as b", "0.7::double as a, 0::double as b",
        true),
    ("zeros of whole numbers stay", "100::decimal(18, 2) as a, 'c' as b", "1::decimal(18, 2) as a, 'c' as b", false),
    ("true is not false", "true as a, date '2025-01-31' as b", "false as a, date '2025-01-31' as b", false),
    ("days differ", "true as a, date '2025-01-31' as b", "true as a, date '2025-02-01' as b", false),
] %}

with

results as (
    {%- for law, left_state, right_state, is_same in cases %}
    select
        '{{ law }}' as law,
        {{ is_same }} as is_same,
        (select {{ attr_hash(["a", "b"]) }} from (select {{ left_state }})) as left_hash,
        (select {{ attr_hash(["a", "b"]) }} from (select {{ right_state }})) as right_hash
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

-- Worked out by other means: printf '["Ann",null,"1.5"]' | sha256sum
known as (
    select {{ attr_hash(["a", "b", "c"]) }} as known_hash
    from (select 'Ann' as a, cast(null as varchar) as b, 1.5::decimal(9, 4) as c)
)

select law from results
where
    (left_hash = right_hash) <> is_same
    or not regexp_full_match(left_hash, '[0-9a-f]{64}')
union all
select 'the hash is the SHA-256 of the JSON list' as law from known
where known_hash <> '879ebac8bd2ed8fada8f93181776c5ec6441955947b0db5389c9a88bdb04bdfe'
