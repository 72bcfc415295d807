"""Whether a message could be about somebody coming to harm at all: the widest net, for deciding whether to ask.

What is meant is read by the model. Where that gives danger a small chance among many, hardly anything else tells 'the
burner did something odd' from gibberish, and whoever only grumbles should not be asked whether anybody is hurt. Drawn
from the training rows that tell of danger; all of them pass.
"""

from __future__ import annotations

import re

_THINGS = (
    r"gas|fires?|flam\w+|flar\w+|burn\w*|smok\w+|smel\w*|stink\w*|fumes?|hot|heat\w*|melt\w*|spark\w*|shock\w*|electr\w*"
    r"|explo\w*|blew|blow\w*|bang|pop\w*|hiss\w*|leak\w*|spray\w*|singe\w*|scald\w*|scorch\w*|ignit\w*|alight|carbon"
    r"|went up|torch\w*|monoxide|poison\w*|toxic|chemical\w*|silica|magnets?"
    r"|fuel|petrol|cart\w*ge\w*|canister\w*|stoves?|burners?"
    r"|batter\w*|charger|lamps?|lanterns?|harness|carabiner\w*|helmet\w*|ropes?|ferrata|crampon\w*|vest|afloat|blades?|kni\w+"
    r"|glass|sharp|mould\w*|contamin\w*|bridge|pills|tablets|razor"
)
_BODY = (
    r"hurt\w*|harm\w*|injur\w*|wound\w*|cuts?|cutting|slic\w+|bleed\w*|blood\w*|bruis\w*|br[eo]ak\w*|broken?|fractur\w*"
    r"|ankles?|wrists?|head|face|eyes?|eyebrows?|hands?|fingers?|thumbs?|hair|skin|lungs?|lips?|mouth|teeth|tooth|chok\w*"
    r"|suffocat\w*|swallow\w*|ate|breath\w*|rash\w*|hives|allerg\w*|itch\w*|swell\w*|swoll\w*|blister\w*|vomit\w*|sick\w*"
    r"|ill|unwell|nause\w*|dizzy|faint\w*|headache\w*|unconscious|hospital|ambulance|doctor|999|112|emergenc\w*|danger\w*"
    r"|unsafe|safe\w*|hazard\w*|accident\w*|fell|fall\w*|dropp\w*|collaps\w*|snapp?\w*|cracked|way|tipp\w*|slip\w*|slid"
    r"|crash\w*|child\w*|kids?|baby|boy|girl|son|daughter|toddler|dog|cat|wife|husband|partner|mother|father"
)
_DESPAIR = (
    r"sui?cid\w*|kms|kill\w*|die|died|dies|dying|dead|death|alive|live|life|living|myself|overdos\w*|jump\w*|hang\w*|end"
    r"|ending|hopeless\w*|worthless|pointless|point|burden|better off|cope|coping|go on|carry on|any ?more|no longer"
    r"|gone|goodbye|giv\w+ up|gave up|alone|lonely|disappear\w*"
    r"|be here|around|wake up|matter|over with|despair\w*|depress\w*"
    r"|empty|numb|cry\w*|exist\w*|world"
)
_HARM = (
    r"went up|smell\w*|stink\w*|fumes?|hiss\w*|fires?|flam\w+|flar\w+|burn(?:t|ed|ing)?|smok\w+|explo\w*|blew|shock\w*"
    r"|monoxide|alarm|ambulance|hospital|999|112|emergenc\w*|danger\w*|hurt\w*|injur\w*|bleed\w*|blood|poison\w*|swallow\w*|chok\w*"
    r"|suffocat\w*|faint\w*|dizzy|vomit\w*|allerg\w*|rash|blister\w*|swell\w*|swollen|unconscious|collaps\w*"
    r"|suicid\w*|kms|kill (?:me|my)\w*|die|dying|dead"
)
_SHORT_OF_BREATH = (
    r"(?:can'?t|cannot|could(?:n'?t| not)|not|hard(?:ly)?|trouble|difficult\w*|struggl\w*|short(?:ness)? of|stopp?\w*)"
    r" (?:\w+ ){0,2}breath(?:e|es|ed|ing)?\b|breath(?:e|ed|ing) (?:\w+ ){0,2}in\b|breathless"
)
"""'Is it just from breathing?' asks about damp in a tent."""
_FUEL_LEAKS = re.compile(
    r"(?=.*\b(?:leak\w*|escap\w*)\b).*\b(?:gas|stoves?|canisters?|cart\w*ge\w*|fuel|petrol|burners?)\b",
    re.I | re.DOTALL,
)
_TELLS = re.compile(rf"\b(?:{_HARM}|{_SHORT_OF_BREATH})\b", re.IGNORECASE)
_MAY_HARM = re.compile(rf"\b(?:{_THINGS}|{_BODY}|{_DESPAIR})\b", re.IGNORECASE)


def may_tell_of_harm(text: str) -> bool:
    """Whether anything in the message could be about harm."""
    return _MAY_HARM.search(text) is not None


def tells_of_harm(text: str) -> bool:
    """Whether a word by itself says that something is wrong or somebody hurt; 'gas' alone does not, nor that something
    leaks if it may be a tent."""
    return _TELLS.search(text) is not None or _FUEL_LEAKS.match(text) is not None
