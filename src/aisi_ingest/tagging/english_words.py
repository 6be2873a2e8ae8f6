"""Words of English names, and words that begin or end no name."""

from __future__ import annotations

from aisi_ingest.tagging.words import words

# Words that show that a name is one of an organisation, a guide or an event.
ORG_HEADS = words(
    """
    Ministry Department Agency Bureau Institute Committee Subcommittee Council Commission University College
    Laboratory Laboratories Lab Labs Center Centre Corporation Foundation Association Society Federation
    Alliance Consortium Organization Organisation Board Taskforce Authority Bank Secretariat Headquarters
    Academy Union Division Directorate Parliament Senate Court Faculty School Chamber Office Inc Ltd Corp LLC
    GmbH Company Co Holdings SWG Cabinet Coalition Observatory Observatories Partnership Hospital Museum Library
    Subgroup
    """
)
GUIDE_HEADS = words(
    """
    Guideline Guidelines Guide Guidebook Guidance Framework Principles Act Bill Strategy Whitepaper Report
    Standard Standards Recommendation Recommendations Declaration Regulation Directive Convention Charter
    Handbook Manual Playbook Roadmap Agreement Treaty Communiqué Communique Memorandum Checklist Toolkit
    Crosswalk Blueprint Constitution Law Plan Statement Accord Code Policy Profile Paper Protocol Commitments
    Compact Resolution Agenda Ordinance Papers
    """
)
# Heads that occur in any heading. Alone with one other word they are no name without a mark, see ``SPECIFIC``.
WEAK_HEADS = words(
    """
    Framework Principles Strategy Report Standard Standards Recommendations Recommendation Roadmap Plan
    Statement Policy Profile Paper Protocol Agreement Manual Checklist Code Guide Guidance Resolution Agenda Law
    Regulation Directive Playbook Toolkit Office Center Centre School Board Division Lab Labs Company Department
    Committee Society Bank Union Organization Cabinet Organisation Forum Workshop Conference Meeting Week Day
    Seminar Dialogue Council Partnership Group Agency Library Institute Laboratory Consortium Alliance
    Association Commitments Court Team Observatory Guidelines Guideline Secretariat
    """
)
EVENT_HEADS = words(
    """
    Summit Symposium Conference Workshop Forum Convening Dialogue Seminar Hackathon Meetup Expo Congress
    Roundtable Webinar Meeting Olympics Week
    """
)
# Heads of two words.
ORG_PAIRS = words(
    """Working-Group Task-Force Study-Group Expert-Group Friends-Group Sub-Working-Group Working-Party
    Advisory-Body Work-Group"""
)
GUIDE_PAIRS = words("White-Paper Action-Plan Executive-Order")
# Words that begin a sentence or an entry of a menu, never a name.
NOT_AT_START = words(
    """
    The A An This That These Those In On At By For From With As If When While Since After Before During Under
    Our Its Their We It They He She Each All Some Many Such Both Other Another Any No Not However Moreover
    Furthermore Also And Or But So See Note About Overview Regarding Concerning According Based Former Current
    New Proposed Draft Joint Joined Established Published Released Announced Participation Establishment Results
    Summary Introduction Outline Example Examples Related Relevant Various Several Two Three First Second Third
    Fourth Fifth Appendix Chapter Section Part Figure Table Update Support Promotion Development Director
    Directors Chair Chairman Chairperson President Member Members Professor Minister Vice Senior Advisor
    Executive General Chief Head Deputy Secretary Source Sources Reference References Use Using Through Toward
    Towards Who What How Why Where Which Today Recently Recent Currently Creation Creating Formulation
    Deputy-Director Following Publication Revision Review Discussion Discussions Consideration Background
    Purpose Next Last Annual-Report To Of Step
    """
)
# Words that do not say which one it is: a name of these alone is generic.
COMMON = words(
    """
    AI ICT IT OSS API PDF URL UI RAG ML PoC DX LLM LLMs GenAI Generative Artificial Intelligence System Systems
    Data Digital Technology Technologies Technical Service Services Model Models Research Development Safety
    Security Risk Management Evaluation Assessment Test Testing Quality Business Information Policy Planning
    Steering Executive Advisory Ethics Review Expert Experts Study Working Work Group Task Force Project Program
    Programme Operations Operation Support Call Data-Center Head Main User Users Public Private Sector Industry
    Government Governance General Internal External Annual Final Interim Progress Status Progress-Report
    Implementation Action Basic Standard Standards Software Hardware Network Web Internet Online Privacy Legal
    Compliance Audit Attack Attacker Defense Red Team Teaming Teams Incident Response Best Practice Practices
    Open Source Cloud Product Products Development-Plan Training Education Human Resources Resource
    Legal-Affairs Preliminary Special Strategy Trust Trusted Identity Verification Certificate Certification
    Root Access Control Design Architecture Reference Guide Guidelines Framework Principles Report Plan White
    Paper Law Laws Regulation Regulations Supervisory Regulatory Supply Chain Vulnerability Disclosure Local
    Community Communications Communication Use Case Cases Medical Health Financial Academic University Institute
    Center Centre Agency Organization Company Office Committee Council Board
    """
)
# Words that mark a name: they say which one it is.
SPECIFIC = words(
    """
    National International European Federal Royal World Global United American British Japanese Asian African
    Pacific Nordic Imperial Cabinet State Metropolitan Parliamentary Presidential Atlantic Prime Ministerial
    Prefectural Municipal
    """
)
# Of these, those that tell what kind of guide it is when they stand alone before its head: Ministerial Declaration.
KINDS_OF_GUIDES = words("Ministerial National International State Prefectural Municipal Federal World Global")
# Roles of persons, which stand between names of organisations.
ROLES = words(
    """
    Manager Director Head Chair Chairman Chairperson Member Members President Minister Secretary Professor Chief
    Officer Leader Advisor Dean VP SVP EVP CEO CTO CIO CISO COO Founder Fellow Partner Lead Researcher Engineer
    Scientist Associate Lecturer Author Speaker Moderator Decision
    """
)
# Heads that occur in titles and menus in names only.
STRONG_HEADS = words(
    "University Ministry Institute Foundation Association Federation Commission Corporation Bureau Society Consortium"
    " Alliance Academy Laboratory Council Parliament"
)
# Heads of names that need a mark, however many words they have: departments of companies are not tagged.
NEVER_WITHOUT_MARK = words(
    """
    Department Division Group Team Lab Labs Company Cabinet Court Office Board Meeting School
    """
)

# Heads after which a name may list its fields (Ministry of Education, Culture, ...), in the order of looking them up.
HEADS_OF_LISTS = (
    *("Ministry", "Department", "Secretariat", "Committee", "Council", "Office"),
    *("Centre", "Center", "Agency", "Institute"),
)
MONTHS = words("January February March April May June July August September October November December")
