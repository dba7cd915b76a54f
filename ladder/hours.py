"""A calendar's hours in words."""

from django.utils.translation import gettext as _

from ladder.worktime.rules import WEEKDAYS


def week_words(weekly: dict[str, list[list[str]]]) -> str:
    """Return a week's hours, days with the same hours together."""
    names = dict(
        zip(
            WEEKDAYS,
            (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")),
            strict=True,
        )
    )
    groups: list[tuple[list[str], str]] = []
    for day in WEEKDAYS:
        hours = ", ".join(f"{start}-{end}" for start, end in weekly.get(day, []))
        if groups and groups[-1][1] == hours:
            groups[-1][0].append(names[day])
        else:
            groups.append(([names[day]], hours))
    return "; ".join(
        f"{days[0]}-{days[-1]} {hours}" if len(days) > 1 else f"{days[0]} {hours}"
        for days, hours in groups
        if hours
    )
