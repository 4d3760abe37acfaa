{#- The one text of a value, however it was stored: blanks around texts go, and so do the zeros that only the scale of a
    decimal adds, so that 0.5 hashes alike as decimal(9,4), decimal(18,2) and double. Null stays null. -#}
{% macro canonical_text(column) -%}
    case
        when typeof({{ column }}) like 'DECIMAL%' or typeof({{ column }}) in ('DOUBLE', 'FLOAT')
            then regexp_replace(cast({{ column }} as varchar), '\.0*$|(\.\d*?)0+$', '\1')
        else trim(cast({{ column }} as varchar))
    end
{%- endmacro %}
