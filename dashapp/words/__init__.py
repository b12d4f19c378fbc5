"""Every word, number and date that a person sees comes from here, in the locale of the request.

`with use_locale("en"):` sets the locale for what runs inside (a request, a report). `_`, `ngettext` and `pgettext` look
words up at the moment of the call, so nothing is translated at import. Placeholders are filled after the look-up:
`_("{count} of {total} learners").format(...)`.
"""

from dashapp.words.catalogue import (
    PSEUDO_LOCALE,
    _,
    available_locales,
    best_locale,
    current_locale,
    first_weekday,
    is_draft,
    language_name,
    language_tag,
    ngettext,
    number_locale,
    pgettext,
    text_direction,
    use_locale,
)
from dashapp.words.dates import (
    ago,
    clock,
    date_span,
    day,
    day_with_distance,
    hour_of_day,
    in_days,
    local_date,
    moment,
    month,
    short_day,
    weekdays,
)
from dashapp.words.quantities import compact, duration, lag, listing, number, percent, percent_points

__all__ = [
    "PSEUDO_LOCALE",
    "_",
    "ago",
    "available_locales",
    "best_locale",
    "clock",
    "compact",
    "current_locale",
    "date_span",
    "day",
    "day_with_distance",
    "duration",
    "first_weekday",
    "hour_of_day",
    "in_days",
    "is_draft",
    "lag",
    "language_name",
    "language_tag",
    "listing",
    "local_date",
    "moment",
    "month",
    "ngettext",
    "number",
    "number_locale",
    "percent",
    "percent_points",
    "pgettext",
    "short_day",
    "text_direction",
    "use_locale",
    "weekdays",
]
