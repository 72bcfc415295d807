"""Asking for a person ('may I discuss the swap with a colleague') and merely speaking of one ('an agent told me').

A sentence vector is about the topic of a message, so that of a request beside a topic is hardly one, and a person who
is only mentioned looks like a request. Grammar tells both; the patterns are drawn from training rows that were misread
when left out.
"""

from __future__ import annotations

import re

from bot.brain.refusals import refuses_person

_NOUN = (
    r"(?:persons?|people|humans?(?: beings?)?|(?:living |human )(?:beings?|souls?)"
    r"|agents?|operators?|advis[eo]rs?|representatives?|reps?|colleagues?"
    r"|workmates?|staff(?: members?)?|(?:team|staff) members?|managers?|supervisors?|superiors?|boss(?:es)?"
    r"|specialists?|experts?|employees?|team ?leaders?|team leads?|executives?|technicians?|clerks?|assistants?"
    r"|(?:boot )?fitters?)"
)
_BODY = r"(?:someone|somebody|anyone|anybody|sum ?1|some1|sm1)"
_TEAM = (
    r"(?:(?:[\w-]+ ){0,3}(?:department|desk|team|folks|lot)"
    r"|(?:sales|support|service|repairs?|returns|refunds?|accounts|billing|complaints|delivery|warehouse|workshop"
    r"|after[- ]sales|customer \w+) (?:people|guys|side|staff)"
    r"|customer (?:services?|support|care|relations)|support|accounts|billing|head office)"
)
_ONE_OF = r"(?:one|some|any|a member|members) of (?:you\b|your(?: \w+){0,2}|the \w+|staff|support)"
_WHO = (
    r"(?:whoever"
    r"|the (?:one|person|people|man|woman|lady|guy|agent|adviser|colleague) (?:who|that|from|in charge|i)\b)"
)
_WHICH = (
    r"(?:(?:a|an|the|your|another|one|some|any|this|that|real|actual|live|living|human|proper|senior|next|same|kind"
    r"|trained|nice|friendly|competent|qualified|breathing|grown ?up)\s+){0,4}"
)
_ANY_OF_THEM = rf"(?:the|a|an|your|another|some) (?:[\w'-]+ ){{0,2}}{_NOUN}"
_NAMED_PERSON = r"(?-i:[A-Z][a-z]+)"
_PERSON = rf"(?:{_ONE_OF}|{_WHO}|{_BODY}|{_WHICH}(?:{_NOUN}|{_TEAM}))"

_ASKING = (
    r"(?:(?:can|could|may|might|shall|should|would) (?:i|we|you|it|this|that)|(?:can'?t|couldn'?t) (?:i|we|you)"
    r"|(?:i|we|she|he)(?:'d|'ll| would| will| really| just| still| must| have to)*\s+"
    r"(?:rather|sooner|like|love|want|wanna|need|prefer|wish|wants|needs|insist|demand|ask|request|feel)"
    r"|want|need|let(?:'s| me| us)|how (?:do|can|could) i|(?:is|are) there|(?:is it )?possible|any (?:way|chance)"
    r"|please|pls|who (?:can|do) i)"
)
_CONTACT = (
    r"(?:speak(?:ing)?|speek|spk|talk(?:ing)?|tlk|chat(?:ting)?|deal(?:ing)?|write|message|converse|discuss|explain"
    r"|go (?:over|through)|consult|(?:a |have a )?(?:quick )?(?:word|chat|conversation)|negotiate|argue|sort|carry on"
    r"|continue|get (?:through|back|in touch|in contact)"
    r"|(?:be )?(?:put|passed|handed|transferred|connected|switched|forwarded|moved|routed))"
)
_MOVE = (
    r"(?:get|fetch|bring|find|send|give|put|pass|hand|connect|transfer|switch|escalate|forward|move|route|summon"
    r"|involve|swap|reconnect|refer|direct|loop|rope|pull|drag)"
)
_MOVED = (
    r"(?:me|us|this|it|that|my (?:case|chat|issue|problem|question)|in|on|here|back|up|over|through|along|yourself)"
)
_SERVES = (
    r"(?:join|step in|take over|take (?:it|this|that|care)|look (?:at|into|after|over)|have a (?:look|go)|deal|handle"
    r"|sort|help|assist|answer|reply|check|review|decide|talk|speak|chat|explain|respond|serve|advise|fix|double check"
    r"|come|confirm|verify|go through|contact|get (?:in touch|back)|respond|write|message|reach out|tell)"
)
_START = (
    r"(?:^|[,;.!?:–—-]\s*|\b(?:and|but|so|then|now|just|please|pls|kindly|instead|ok|okay|right|no|yes|hi|hello)\s+)"
)
_OPENING = r"(?:^|[,;.!?:–—-]\s*|\b(?:hi|hello|hey)\s+)"
_SOON = r"(?:please|pls|plz|now|asap|thanks|thank you)\b"

_REQUESTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 'could I go over it with an adviser'
        rf"\b{_ASKING}\b(?:\W+\w+){{0,4}}?\W+{_CONTACT}\b(?:\W+\w+){{0,6}}?\W+(?:to|with|on|by|2|too)\s+{_PERSON}\b",
        # 'get me somebody', 'can you pass this to a manager'
        rf"{_START}(?:(?:can|could|would|will) you (?:please |kindly |just )?|i need you to |please )?{_MOVE}"
        rf"(?:\s+{_MOVED}){{0,4}}\s*(?:(?:to|with|for|on|onto)\s+)?{_PERSON}\b(?!'s)",
        # 'let the complaints people handle this', 'can a human sort out my payment'
        rf"\b(?:let|have|can|could|would|may|might|ask|get)\s+{_PERSON}(?:\s+(?!not\b)\w+){{0,4}}?\s+{_SERVES}\b",
        # 'I want a person', 'we need an adviser to look at it'
        rf"{_START}(?:i|we|she|he)?\s*(?:'d|'ll| would| just| really| still)*\s*"
        r"(?:like|love|want|wanna|need|prefer|demand|insist on|require|choose|request)\s+(?:to have |to get )?"
        rf"{_WHICH}(?:{_NOUN}|{_ONE_OF}|{_TEAM})\s*"
        rf"(?:\b(?:{_SOON}|here|for this|instead|to {_SERVES}\b.*))?\s*(?=$|[,;.!?])",
        # 'I'd value a real person's advice'
        rf"\b(?:value|appreciate|like|want|need|prefer|trust|love|after|hear|get) {_WHICH}"
        rf"(?:{_NOUN}|{_BODY})'?s'? (?:\w+ )?"
        r"(?:advice|view|opinion|word|input|help|judge?ment|take|eyes?|answer|assistance|attention)\b",
        # 'I am asking for a human', 'waiting for an agent'
        rf"\b(?:i'?m|i am|i was|i|we|just|still|only) (?:just |still |only )?"
        r"(?:ask(?:ing|ed)?|beg(?:ging)?|wait(?:ing)?|hoping) "
        rf"for {_WHICH}(?:{_NOUN}|{_BODY})\s*(?=$|[,;.!?]|\b(?:here|not|now|please|to|who)\b)",
        # 'any humans in the house', 'is there a person there'
        rf"\b(?:any|is there (?:a|an|any|some)|are there(?: any)?) {_WHICH}"
        r"(?:humans?(?: beings?)?|persons?|people|agents?|staff|souls?)(?: \w+)? "
        r"(?:in (?:the house|here|there)|here|around|about|there|at home|on (?:duty|shift|call)|free|available|alive)"
        r"(?: right now| now| today| at the moment| please)?\W*$",
        # 'can the branch staff take over this conversation'
        rf"\b(?:can|could|may|might|will|would|let|have) {_ANY_OF_THEM} "
        r"(?:please )?(?:take (?:over|this)|join|step in|jump in)\b",
        # 'I need Rowena again', 'could Dafydd come back on'
        rf"\b(?:can|could|may|would|let) {_NAMED_PERSON} (?:please )?"
        r"(?:come (?:back|on)|take over|carry on|go on|pick (?:this|it)|jump in)\b",
        rf"\b(?:need|want|get me|give me|bring|fetch|like) (?:to have )?{_NAMED_PERSON} (?:again|back)\b",
        # 'anybody free tonight', 'hello, is anyone there'
        r"\b(?:any|some)(?:body|one|1)(?: else)? (?:who is |that is )?(?:really |actually |still )?"
        r"(?:free|there|around|available|awake|at home|alive|here|on duty|human|real)\b"
        r"(?!.*\b(?:said|told|was|were)\b)",
        rf"\b(?:is|are)(?: there)? {_ANY_OF_THEM} (?:\w+ )?(?:available|free|around|on duty|there|here)\b",
        # 'somebody can help me slowly?'
        rf"\b{_BODY} (?:who |that |please )?(?:can|could|to)? ?(?:please )?help (?:me|us)\b",
        # 'please, a person who speaks German'
        rf"\b(?:please|pls),? (?:a|an|another|some) (?:\w+ )?{_NOUN}\b",
        # 'which of you has the time to hear me out'
        r"\bwhich of you\b(?! \w*(?:said|told|wrote))",
        # 'can I bounce something off one of you'
        rf"\b(?:bounce|run) (?:\w+ ){{1,3}}(?:off|past|by) {_PERSON}\b",
        # 'whoever is on this morning, can they pick this up'
        rf"\bwhoever(?:'s| is| has)? .{{1,60}}\b(?:can|could|will|would|let) (?:they|them)(?: \w+){{0,2}}? "
        rf"(?:pick|{_SERVES})\b",
        # 'find out for me', 'ask a colleague'
        r"\b(?:find (?:it |that |this )?out for (?:me|us)"
        r"|ask (?:around|a colleague|the team|some(?:body|one) who knows))\b",
        # 'agent please'
        rf"{_OPENING}(?:just )?{_WHICH}(?:{_NOUN}|{_BODY}|{_TEAM})(?: else)?,?\s+{_SOON}",
        # 'where is your boss'
        rf"\bwhere(?:'s| is| are) (?:a|an|the|your|that|those|all) {_WHICH}{_NOUN}\s*(?=$|[,;.!?]| i\b| you\b)",
    )
)
_ELSEWHERE = re.compile(
    r"\b(?:phone|telephone|ring|call(?:ed|ing)?|e-?mail|letter|post|whatsapp|in person|jobs?|career|estate|insurance"
    r"|travel agent|gift|present|discount|points|stranger"
    r"|come (?:by|in|over|round)|drop (?:by|in)|visit(?:ing)?|pop in(?:to)?"
    r"|my (?:boss|manager|agent|colleagues?|team|staff|supervisor))\b",
    re.IGNORECASE,
)
_MENTION = re.compile(
    r"\b(?:(?:i|we) (?:spoke|talked|waited|met|was put|were put)"
    r"|(?:agent|operator|person|human|somebody|someone|colleague|people|staff|team|adviser|lady|man|guy)(?: \w+){0,3} "
    r"(?:said|told|asked|promised|lied|left|cut|hung|helped|served|gave|was|were|never|already|repl(?:y|ies)|cares?"
    r"|could have|wouldn?'?t? (?:get|have|understand)))\b"
    r"|\b(?:are|can|do|does|a|that) (?:\w+ )?bots?\b.*\b(?:can|works?|give|allowed|fine|do)\b"
    r"|\bstay with|\bkeep (?:going|chatting)|\bnobody else|\b(?:better|more use|quicker|nicer|kinder) than\b"
    r"|\bmy (?:husband|wife|partner|mates?|friends?|mum|mom|dad|parents|son|daughter|sister|brother|flatmate"
    r"|neighbou?rs?|girlfriend|boyfriend|family)\b"
    r"|\b(?:chat|talk|speak) (?:soon|later|tomorrow|next)\b"
    r"|\b(?:i'?ll|i will|i can) (?:ring|call|phone|write|talk to) (?:you|back)\b"
    r"|\b(?:some|any)(?:one|body) (?:distract\w*|interrupt\w*|stole|took|broke|ate|rang|called|came|knocked)\b"
    r"|\blast thing i (?:need|want)\b"
    r"|\bask(?:ing)? (?:someone|somebody) this\b"
    r"|\bwork (?:for|experience)\b|\b(?:jobs?|vacanc\w+|apprentice\w*|career|hiring|recruit\w*)\b"
    r"|^\W*(?:(?:and|so|but|ok)\W+)*(?:who|does|do|can|will|could)(?: \w+){0,3} "
    r"(?:see|reads?|view|access|watch|know|listen)\b"
    r"|^\W*(?:what(?:'s)?|which|when|at which|does|do|(?:is|are) (?:any|you)"
    r"|how (?:many|much|long|do (?:i|you) (?:become|deal)))\b"
    r"(?!.* (?:take over|joins?|reach|gets?|bypass|skip|talk|speak|chat|free|available|around|for me|on duty|else"
    r"|wait)\b)",
    re.IGNORECASE,
)


_SPOKEN_OF = re.compile(
    rf"\b(?:{_NOUN}|{_BODY}|{_TEAM}|{_CONTACT}|who\w*|nobody|no one|man|woman|guy|lady|lot|else|bots?|chat\w*|robots?"
    r"|machines?|computers?|live|real|alive|handover|escalat\w*|transfer\w*|help|boss|hooman|person\w*)\b",
    re.IGNORECASE,
)


_NAMED = re.compile(rf"\b(?:{_NOUN}|{_BODY}|{_TEAM}|{_ONE_OF})\b", re.IGNORECASE)

_FETCHED = re.compile(
    rf"\b(?:find out\b|(?:{_MOVE}|put|ask|do)\b(?:\s+\w+){{0,2}}?\s+(?:{_PERSON})\b"
    rf"|{_MOVE}\s+(?:me|us)(?:\s+(?:on|over|through|up))?\s*$)",
    re.IGNORECASE,
)


def asks_for_person(text: str) -> bool:
    """Whether a clause has the form of asking to be served by a person here."""
    return _ELSEWHERE.search(text) is None and any(pattern.search(text) for pattern in _REQUESTS)


def takes_person(text: str) -> bool:
    """Whether a yes says itself that a person is to be fetched: 'yes, pass me on', 'ok ask somebody then'."""
    return _FETCHED.search(text) is not None and not refuses_person(text)


def speaks_of_person(text: str) -> bool:
    """Whether a message names people, or talking to somebody, in any way."""
    return _SPOKEN_OF.search(text) is not None


def names_person(text: str) -> bool:
    """Whether a message names people; 'let me speak plainly' does not."""
    return _NAMED.search(text) is not None


def mentions_person(text: str) -> bool:
    """Whether a message tells or asks something about people, and has no form of asking for one."""
    return _MENTION.search(text) is not None and not asks_for_person(text)
