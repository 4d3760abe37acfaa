{#- What to read for claims, enrollments or members: the staged model, or the relation that `view_var` names.

    A view is read column by column through `columns`: name -> {type, required, expression}. Types are compared, not
    cast: a date delivered as text in another order of day and month would turn into null in silence. `expression` puts
    a column into the form that staging gives it.
    Both kinds must exist before the model runs; the database's own message would not say what to do. -#}
{% macro input_relation(view_var, staged, columns) %}
    {%- set view_name = input_views().get(view_var) -%}
    {#- In a dbt unit test the staged model is a mock inside the query, and a view must not take its place: a test that
        fails prints the rows that it found. -#}
    {%- set is_unit_test = model.resource_type == "unit_test" -%}
    {%- set is_checked = works_on_data() and not is_unit_test -%}
    {%- if view_name is none or is_unit_test -%}
        {%- if is_checked and load_relation(staged) is none -%}
            {{ exceptions.raise_compiler_error(
                staged.identifier ~ " does not exist in " ~ target.name ~ "'s database yet: the issuer's files have "
                ~ "not been staged. Run: dbt build --select +tag:scoring"
            ) }}
        {%- endif -%}
        {{ return(staged) }}
    {%- endif -%}

    {%- set parts = view_name.split(".") -%}
    {%- set relation = api.Relation.create(
        database=parts[-3] if parts | length > 2 else target.database,
        schema=parts[-2] if parts | length > 1 else target.schema,
        identifier=parts[-1],
    ) -%}
    {%- set available = columns.keys() | list -%}
    {%- if is_checked -%}
        {%- set found = load_relation(relation) -%}
        {%- if found is none -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ view_var ~ " names " ~ view_name ~ ", and there is no such table or view in the database. "
                ~ "Create it, or correct the name (schema.name)."
            ) }}
        {%- endif -%}
        {%- set types = {} -%}
        {%- for column in adapter.get_columns_in_relation(found) -%}
            {%- do types.update({column.name | lower: column.data_type | upper}) -%}
        {%- endfor -%}
        {%- set problems = [] -%}
        {%- for column, needs in columns.items() -%}
            {%- if column not in types -%}
                {%- do available.remove(column) -%}
                {%- if needs.required -%}
                    {%- do problems.append(column ~ " is missing") -%}
                {%- endif -%}
            {%- elif not modules.re.match(
                {
                    "text": "(VARCHAR|TEXT|CHAR)",
                    "date": "DATE$",
                    "timestamp": "TIMESTAMP",
                    "integer": "U?(TINY|SMALL|BIG|HUGE)?INT",
                }[needs.type],
                types[column],
            ) -%}
                {%- do problems.append(column ~ " is " ~ types[column] ~ " and must be " ~ needs.type) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                "The relation " ~ view_name ~ " (var " ~ view_var ~ ") does not fit: " ~ problems | join("; ")
                ~ ". Cast or add these columns in it; its columns are those of " ~ staged.identifier ~ "."
            ) }}
        {%- endif -%}
    {%- endif -%}
    {%- set selected = [] -%}
    {%- for column, needs in columns.items() -%}
        {%- if column in available -%}
            {%- do selected.append((needs.expression or column) ~ " as " ~ column) -%}
        {%- else -%}
            {%- do selected.append(
                "cast(null as " ~ ("varchar" if needs.type == "text" else needs.type) ~ ") as " ~ column
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return("(select " ~ selected | join(", ") ~ " from " ~ relation ~ ")") }}
{% endmacro %}
