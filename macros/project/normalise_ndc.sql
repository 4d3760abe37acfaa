{#- NDC as the 11 characters of the CMS tables, or null when it is none.
    Dashed codes are padded segment by segment to 5-4-2: the only unambiguous reading of 4-4-2, 5-3-2 and 5-4-1.
    Without dashes 10 characters could be any of those three; CMS says to pad with zeros on the left, so that is done,
    for 9 as well (spreadsheets drop leading zeros). Letters stay, in upper case: a few products of the CMS list have
    one. Anything else is no NDC.
    `normalise_ndc` of hhs_hcc does the same to frames: change both or neither.
    Blanks are named one by one because RE2's \s leaves out the vertical tab, NEL and Unicode blanks. -#}
{% macro normalise_ndc(column) -%}
    {%- set text = "regexp_replace(" ~ column ~ ", '[\\s\\x0b\\x{85}\\p{Z}]', '', 'g')" -%}
    upper(case
        when regexp_full_match({{ text }}, '[0-9A-Za-z]{9,11}') then lpad({{ text }}, 11, '0')
        when regexp_full_match({{ text }}, '[0-9A-Za-z]{1,5}-[0-9A-Za-z]{1,4}-[0-9A-Za-z]{1,2}')
            then
                lpad(split_part({{ text }}, '-', 1), 5, '0')
                || lpad(split_part({{ text }}, '-', 2), 4, '0')
                || lpad(split_part({{ text }}, '-', 3), 2, '0')
    end)
{%- endmacro %}
