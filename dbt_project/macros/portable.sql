{# The few expressions that DuckDB and Spark spell differently. Anything else is written in the SQL that both know. #}

{# Elapsed hours between two UTC timestamps, as double; null when either is. #}
{% macro elapsed_hours(started_at, ended_at) -%}
    {{ return(adapter.dispatch('elapsed_hours', 'counterpoise')(started_at, ended_at)) }}
{%- endmacro %}

{% macro default__elapsed_hours(started_at, ended_at) -%}
    (epoch_us({{ ended_at }}) - epoch_us({{ started_at }})) / cast(3600000000 as double)
{%- endmacro %}

{% macro spark__elapsed_hours(started_at, ended_at) -%}
    (unix_micros({{ ended_at }}) - unix_micros({{ started_at }})) / cast(3600000000 as double)
{%- endmacro %}

{# The local date of a UTC timestamp in an IANA time zone (an expression). #}
{% macro local_date(utc_at, zone) -%}
    {{ return(adapter.dispatch('local_date', 'counterpoise')(utc_at, zone)) }}
{%- endmacro %}

{% macro default__local_date(utc_at, zone) -%}
    cast(timezone({{ zone }}, timezone('UTC', {{ utc_at }})) as date)
{%- endmacro %}

{% macro spark__local_date(utc_at, zone) -%}
    cast(from_utc_timestamp({{ utc_at }}, {{ zone }}) as date)
{%- endmacro %}

{# One row per day from the first to the last date, both included. Stands in a select list. #}
{% macro explode_days(first_date, last_date) -%}
    {{ return(adapter.dispatch('explode_days', 'counterpoise')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__explode_days(first_date, last_date) -%}
    cast(unnest(generate_series(cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval 1 day)) as date)
{%- endmacro %}

{% macro spark__explode_days(first_date, last_date) -%}
    explode(case when {{ first_date }} <= {{ last_date }} then sequence(cast({{ first_date }} as date), cast({{ last_date }} as date)) end)
{%- endmacro %}
