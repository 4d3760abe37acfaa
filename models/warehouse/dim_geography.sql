-- Grain: one place of a level: a state, a rating area of a state, a county, or a 3-digit ZIP area where a state or a
-- part of it (geography_note) goes by them; and the row -1 for the unknown. Facts point to rating areas; counties and
-- ZIP areas name the rating area that they lie in.

with

places as (
    select
        state,
        state_name,
        {{ rating_area_number("rating_area") }} as rating_area,
        county,
        county_fips,
        -- A leading zero is lost where the source held the ZIP area as a number.
        lpad(regexp_extract(zip, '^[0-9]+'), 3, '0') as zip3,
        regexp_extract(zip, '\((.*)\)', 1) as zip3_note
    from {{ ref('cms_rating_area_county') }}
),

states as (
    select distinct
        'state' as geography_level,
        state,
        state_name
    from places
),

rating_areas as (
    select distinct
        'rating_area' as geography_level,
        state,
        state_name,
        rating_area
    from places
),

counties as (
    select
        'county' as geography_level,
        state,
        state_name,
        rating_area,
        county,
        county_fips
    from places
    where county is not null
),

zip_areas as (
    select
        'zip3' as geography_level,
        state,
        state_name,
        rating_area,
        zip3,
        nullif(zip3_note, '') as geography_note
    from places
    where zip3 is not null
),

levels as (
    select * from states
    union all by name
    select * from rating_areas
    union all by name
    select * from counties
    union all by name
    select * from zip_areas
),

known as (
    select
        {{ hashed_key(["geography_level", "state", "rating_area", "county", "zip3"]) }} as geography_sk,
        *
    from levels
),

unknown as (
    select
        -1 as geography_sk,
        '(unknown)' as geography_level
),

final as (
    select
        cast(geography_sk as bigint) as geography_sk,
        geography_level,
        state,
        state_name,
        rating_area,
        county,
        county_fips,
        zip3,
        geography_note
    from (
        select * from known
        union all by name
        select * from unknown
    ) as all_rows
)

select * from final
