"""How a message is written, as numbers: shouting, repetition, swearing, threats, haste."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.brain.nlu.spelling import common_words

_WORDINGS: dict[str, tuple[str, ...]] = {
    "insult": (
        r"idiots?|stupid|morons?|useless|incompetent|pathetic|dumb|clowns?|liars?|scam(?:mers?)?|crooks?|joke of a",
        r"thie(?:f|ves)|rubbish|garbage|trash|junk|crap\w*|shit\w*|bull\s?shit|f+u+c*k\w*|wtf|ffs|arse\w*",
        r"ass\s?holes?|bastards?|bollocks|bloody|damn\w*|screw (?:you|this)|go to hell|shame on you|sucks?",
    ),
    "leaving": (
        r"never (?:again|order|buy|shop|us(?:e|ing))|last time i|take my (?:business|money)|going elsewhere",
        r"(?:bad|negative|one[- ]star|1[- ]star) review|avoid this|stay away|trustpilot|tell everyone",
        r"close my account",
        r"(?:buy|order|shop|get)(?:ing)? (?:\w+ ){0,3}(?:elsewhere|somewhere else)",
        r"(?:to|from|at|with) (?:\w+ ){0,2}(?:competit\w+|rivals?)|los(?:t|ing|e) (?:\w+ ){0,2}customer",
        r"tak(?:e|ing) (?:my|our) custom|(?:won'?t|will not) (?:ever )?(?:order|buy|shop|be back|come back)",
        r"(?:we'?re|i'?m|i am) (?:so )?done (?:with|here)|(?:never|not) (?:coming|come) back|my last order",
        r"delete my account|cancel everything|(?:you'?ve|you have|you) (?:just )?lost (?:me|us)(?= *(?:[.!,;]|$|as a))",
        r"tak(?:e|ing) (?:my|our) money|close (?:the|our) account",
    ),
    "law": (
        r"lawyers?|solicitors?|legal action|court|sue|suing|trading standards|ombudsman|chargeback",
        r"police|consumer (?:rights|protection)|report(?:ing)? you",
    ),
    "again": (
        r"again|still (?:not?|nothing|haven'?t|waiting|no)|(?:second|third|fourth|2nd|3rd|4th|5th|hundredth) time",
        r"how many times|already (?:told|said|explained|asked)|keep(?:s)? (?:telling|sending|asking|saying)",
        r"over and over|every (?:single )?time|yet again",
    ),
    "waiting": (
        r"waiting|waited|on hold|for (?:days|weeks|months|ages|hours)|no (?:reply|answer|response)",
        r"nobody|no one|ignored|ignoring",
    ),
    "refusal": (
        r"unacceptable|ridiculous|disgust\w*|appall\w*|outrag\w*|fed up|sick (?:of|and tired)|had enough",
        r"furious|angry|annoy\w*|frustrat\w*|disappoint\w*|unhappy|upset|terribl\w*|awful|horribl\w*|worst",
        r"hate|waste of|let down|not (?:happy|good enough|acceptable|impressed)",
    ),
    "sorrow": (
        r"sad(?:ly|ness|dest)?|cry(?:ing)?|cried|tears|miserable|lonely|depress\w*|heart ?broken|gutted|devastat\w*",
        r"hurt(?:s|ing)?|pain\w*|ache\w*|\w+ache|sick|ill|tired|exhaust\w*|stress\w*|worr(?:y|ied|ying)|afraid|scared",
        r"die[ds]?|dying|dead|kill(?:s|ed|ing)?|death|lost|lose|losing|fail(?:s|ed|ure|ing)?|miss(?:ed|ing)?|regret\w*",
        r"sorry|shame|unfortunately|tragic|tragedy|poor|alone|stuck|struggl\w*|suffer\w*|ruin(?:s|ed)?|spoil(?:ed|t)",
    ),
    "dislike": (
        r"bad(?:ly)?|worse|ugh+|argh+|meh|smh|fml|grr+|eww*|yuck|gross|nasty|ugly|boring|bored|weak|lame|crazy|insane",
        r"wrong|mess(?:y|ed)?|disaster|nightmare|problems?|broke|broken|crash\w*|rude|mean|cruel|evil|fake|lie[ds]?|lying",
        r"blame|complain\w*|mad|pissed|hell|hat(?:e[ds]?|ing)|can'?t stand|don'?t like|drama",
        r"unfair|unlucky|embarrass\w*|ashamed|stolen|steal\w*|attack\w*|crisis|abuse\w*|fear\w*",
    ),
    "negated": (
        r"(?:not|never|no|nothing|isn'?t|wasn'?t|aren'?t|don'?t|didn'?t|doesn'?t|won'?t|can'?t)(?: \w+){0,2} "
        r"(?:love|great|good|perfect|amazing|awesome|happy|glad|helpful|nice|fun|funny|enjoy\w*|like|work\w*|right|fair)",
    ),
    "laughter": (r"lo+l+|lmao|rofl|(?:ha){2,}h?|(?:he){2,}|xd|funny|hilarious|joking|giggl\w*",),
    "softened": (
        r"please|thanks?|thank you|cheers|ta|appreciate|kind(?:ly)?|no (?:rush|worries|problem|hurry)",
        r"take your time|whenever|just wondering",
    ),
    "praise": (
        r"love|loved|lovely|great|brilliant|excellent|perfect|amazing|awesome|fantastic|wonderful|happy",
        r"glad|helpful|best|nice|good|fun|enjoy\w*|excit\w*|beautiful|cute|sweet|cool|delicious|yum+y?|favou?rite|win(?:s|ning)?",
        r"congrat\w*|proud|bless\w*|luck(?:y|ily)?|ya+y|woo+(?:hoo)?|wow|welcome|smil(?:e|es|ing)|grateful|thankful|relie(?:f|ved)",
        r"celebrat\w*|gorgeous|interesting|hope|bright|recommend\w*|comfortable|easy|worth|impressed|winner|friend(?:s|ly)?",
    ),
    "haste": (
        r"urgent(?:ly)?|asap|emergency|immediately|right (?:now|away)|at once|hurry|quick(?:ly)?",
        r"as soon as|today|tonight|tomorrow|deadline|can(?:no|')t wait|running out|now",
    ),
    "danger": (
        r"gas leak\w*|leaking gas|smell(?:s|ed)? (?:of )?gas|fire|flames?|burn(?:t|ed|s|ing)?|smok(?:e|ing)",
        r"injur\w*|hurt|hospital|bleeding|allergic|rash|explo\w*|dangerous|poison\w*|hacked|stolen|fraud\w*",
    ),
}
_PATTERNS = {name: re.compile(rf"\b(?:{'|'.join(wordings)})\b", re.IGNORECASE) for name, wordings in _WORDINGS.items()}
_PRAISE = list(_PATTERNS).index("praise")
_TROUBLE = re.compile(
    r"(?<!not )(?<!never )(?<!nor )(?<!without )(?<!n't )(?<!never a )(?<!not a )(?<!without a )"
    r"\b(?:br(?:eak|oke|oken|eaks)|wrong|lost|los(?:e|ing)|late|late(?:r|st)? again|delay\w*|empty|missing|cancel\w*"
    r"|nothing(?! to)|nobody(?! else)|no (?:one|reply|answer|word|sign|news)|without (?:a word|telling|warning)|leak\w*"
    r"|soaked|drenched|wet|mould\w*|bent|crush\w*|tore|ripp?ed|split|flat|flood\w*|ruin\w*"
    r"|snapp?\w*|collaps\w*|jammed"
    r"|forg(?:et|ot|ets)|overcharg\w*|charged (?:me )?(?:twice|again)|sold out|robots?|bots?|voucher|apolog\w*"
    r"|copy and paste"
    r"|without (?:the |any |a |its )?\w+(?=\W*$)|only half|half of (?:it|my|the)|none for|one more form"
    r"|automatic (?:mail|reply)"
    r"|fell|falls?|apart|torn|tears|ignor\w*|excuses?|fail\w*|crash\w*|died|dead|useless|refus\w*|damag\w*"
    r"|smashed|vanish\w*|stuck|silence|out of stock|start all over|repeat\w*"
    r"|(?:another|more) (?:form|delay|wait\w*)"
    r"|(?:doesn|didn|won|isn|wasn|hasn|haven)'?t|never (?:came|come|comes|arriv\w+|answer\w*|repl\w+|work\w*|got)"
    r"|still no\w*|cut off|down again|wait(?:ing|ed)? (?:for )?(?:\w+ )?(?:days|weeks|months|hours|ages)"
    r"|(?:second|third|fourth|fifth) (?:time|week|month|delay|mail|replacement)"
    r"|(?:days|weeks|months|hours) (?:ago|late))\b",
    re.IGNORECASE,
)
"""What goes wrong, unless it is said not to."""
_MOCKING = re.compile(
    r"\b(?:thank(?:s| you)(?: (?:very|so) much| a lot)? for (?:nothing|not|the (?:wait|third)|los\w+|ruin\w+|wast\w+"
    r"|ignor\w+|break\w+|forget\w+|cancel\w+)|(?:just|exactly) what (?:i|we) (?:needed|wanted)"
    r"|how (?:kind|nice|thoughtful|generous|clever|lovely|convenient) (?:of|that|to)|(?:yeah|yes|oh) (?:right|sure)"
    r"|(?:oh|well|yeah),? (?:great|good|wonderful|brilliant|perfect|fantastic|lovely|joy|fine|super)"
    r"|(?:nice|great|good|top|fine|fantastic) (?:job|work|one)|well (?:done|played)|bravo|congratulations|hats off"
    r"|as (?:always|usual)|(?:so|very|really|super) (?:helpful|professional|reassuring|efficient|honest|clever)"
    r"|round of applause|slow clap|what a (?:treat|surprise|joy|pleasure|service)|love (?:it )?(?:how|when|that)"
    r"|i (?:do|just|really) (?:love|enjoy|adore)|(?:good|glad|great|nice) to (?:know|hear|see))\b",
    re.IGNORECASE,
)
"""Said in earnest as often as in mockery; what stands beside it tells."""
_BITTER = re.compile(
    r"\bso much for\b|\bsurprise,? surprise\b|\bcolou?r me\b|\bnothing (?:says|screams|spells|beats)\b"
    r"|\bwho (?:needs?|cares|knew|would have (?:thought|guessed))\b|\b(?:not|n't) (?:like|as if|as though)\b"
    r"|^\W*as if\b|\bas if (?:i|we)\b|\bsilly (?:me|us)\b|\blet me guess\b|\bso[- ]called\b|\bby all means\b"
    r"|\b(?:my (?:bad|mistake)|foolish of me)\b.*\b(?:thought|thinking|expect\w*|believ\w*|hop\w*)\b"
    r"|\b(?:must be|quite|that'?s|is that) (?:a|some kind of|the) (?:new )?record\b"
    r"|\b(?:is there|give \w+(?: \w+){0,2}) a (?:prize|medal|award|trophy)\b|\bthe (?:award|prize|medal) .*goes to\b"
    r"|\b(?:do|please) take your time\b|\b(?:isn'?t|aren'?t|don'?t|wasn'?t) (?:that|this|you|we|it) (?:just |so )?"
    r"(?:great|lovely|nice|fair|convenient|handy|helpful|lucky|clever|special|generous|kind)\b"
    r"|\b(?:you|they) call (?:this|that|it)\b|\b(?:tell|pull) (?:me|us|the) (?:another|other)\b|\bpigs (?:\w+ )?fly\b"
    r"|^\W*(?:yeah|yea|sure|oh|lol|ha\w*|right|mm+|ah)?\W*(?:ri+ght|su+re)\W*$|\bgood one\b|\bnice try\b"
    r"|\bi feel (?:so|really|truly) (?:valued|looked after|appreciated|special|heard|cared for)\b"
    r"|\boutdone (?:your|them)selves\b|\bmust be (?:so |very |really )?(?:proud|nice)\b"
    r"|\bof course (?:it|you|nobody|they|not|there)\b|\b(?:my favou?rite|the best) (?:part|bit)\b"
    r"|\b(?:can'?t wait|look\w* forward) (?:to|for).*\b(?:excuse|told|wait\w*|without|next|another|more)\b"
    r"|\bexactly (?:what|how|where|when) (?:i|we|every)\w*\b|\b(?:obviously|clearly|apparently|naturally)\b"
    r"|\bbecause (?:everybody|everyone|who|that|obviously|clearly|nobody)\b"
    r"|[\"\u201c\u201d][\w -]{3,30}[\"\u201c\u201d]",
    re.IGNORECASE,
)
"""Turns of speech of the bitter. Some are said in joy too, so these are weighed like every other signal."""
_OUTRAGE = re.compile(
    r"\b(?:unacceptable|ridiculous|disgust\w*|disgrace\w*|appall\w*|outrag\w*|fed up|sick (?:of|and tired)"
    r"|had (?:it|enough)"
    r"|what (?:the|in) (?:\w+ )?(?:f+|f\*+\w*|hell|heck|fuck)|what (?:\w+ )*is wrong with (?:you|u)"
    r"|furious|livid|fuming|scandal\w*|shameful|ashamed|worst|shambles|rip[- ]?off|fobb\w*|how dare"
    r"|(?:what|such|is|are|was|it'?s|that'?s|you'?re|beyond) an? (?:\w+ )?joke"
    r"|(?:total|absolute|complete|sick) joke)\b",
    re.IGNORECASE,
)
_YOU = r"\b(?:you|your|yours|ur|u|this (?:bot|chat\w*|shop|company|service|site|place))\b"
_BAD = rf"\b(?:{'|'.join(_WORDINGS['insult'])})\b"
_INSULTED = re.compile(
    rf"{_YOU}[^.!?;]{{0,40}}{_BAD}|^\W*{_BAD}(?:\W+\w+){{0,2}}\W*$|{_BAD}\W+(?:you|u)\b", re.IGNORECASE
)
"""Strong words are often about the weather, a courier or oneself; here they are meant for us."""
SHOUTED = 0.5
"""Share of letters in capitals from which a message is shouted."""
_MARKS = re.compile(r"[!?]{2,}")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_SAD = re.compile(r"[:;=]['’-]?[(\[/\\|]|😠|😡|🤬|😤|😒|🙄|😞|😢|😭|💔|👎")
_GLAD = re.compile(r"[:;=]['’-]?[)\]D]|😀|😃|😄|😊|🙂|😍|🥰|👍|❤")

_LAUGHS = re.compile(
    r"\b(?:lo+l+|lmao|rofl|(?:ha){2,}h?|(?:he){2,}|xd)\b|[\U0001F600-\U0001F606\U0001F923]", re.IGNORECASE
)

SIGNALS = (
    *_PATTERNS,
    "praise beside trouble",
    "mocking beside trouble",
    "bitter",
    "bitter beside trouble",
    "shouting",
    "marks",
    "exclaimed",
    "stretched",
    "sad",
    "glad",
)
"""Names of the numbers, in the order of a row."""

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def mood_signals(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """One row a text, each number from 0 to 1, those of praise beside trouble 0 or 2: praise of what went wrong is
    sarcasm, and no praise."""
    return np.array([_signals(text) for text in texts], dtype=np.float32).reshape(len(texts), len(SIGNALS))


def _signals(text: str) -> list[float]:
    counted = [min(1.0, len(pattern.findall(text)) / 2) for pattern in _PATTERNS.values()]
    troubled = _TROUBLE.search(text) is not None
    praised, mocking = troubled and counted[_PRAISE] > 0, troubled and _MOCKING.search(text) is not None
    bitter = _BITTER.search(text) is not None
    if praised:
        counted[_PRAISE] = 0.0
    return [
        *counted,
        2.0 * praised,
        2.0 * mocking,
        float(bitter),
        2.0 * (bitter and troubled),
        shouting(text),
        min(1.0, len(_MARKS.findall(text)) / 2),
        min(1.0, text.count("!") / 3),
        float(_STRETCHED.search(text) is not None),
        float(_SAD.search(text) is not None),
        float(_GLAD.search(text) is not None),
    ]


def heated(text: str) -> bool:
    """Whether the manner of writing alone is that of somebody angry: one plain sign, or two that are none alone."""
    if shouting(text) > SHOUTED or leaving(text) or insults_us(text):
        return True
    lesser = ("again", "waiting", "law")
    signs = sum(_PATTERNS[name].search(text) is not None for name in lesser)
    return _OUTRAGE.search(text) is not None or signs + (_MARKS.search(text) is not None) >= 2


def laughs(text: str) -> bool:
    """Whether somebody laughs: 'haha', 'lol', a laughing face."""
    return _LAUGHS.search(text) is not None


def insults_us(text: str) -> bool:
    """Whether strong words are meant for the shop or its assistant."""
    return _INSULTED.search(text) is not None


def leaving(text: str) -> bool:
    """Whether the words say that the customer leaves for another shop, or warns others of this one."""
    return _PATTERNS["leaving"].search(text) is not None


def shouting(text: str) -> float:
    """Share of letters in capitals beyond what names and sentence starts need; short codes are no shouting."""
    words = [word for word in re.findall(r"[^\W\d_]{2,}", text) if word.upper() != "FH"]
    loud = sum(len(word) for word in words if word.isupper() and len(word) > 2)
    total = sum(map(len, words))
    return loud / total if total >= 4 else 0.0


def says_nothing(text: str) -> bool:
    """Whether several words are none of English, and no manner of writing tells a mood either: 'asdf asdf', 'fnord
    plugh'. Vectors of such letters lie anywhere, among insults too."""
    words = [word.lower() for word in _LETTERS.findall(text)]
    if len(words) < 2 or any(word in common_words() for word in words):
        return False
    return not mood_signals([text]).any()
