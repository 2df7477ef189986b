"""All nouns over one open SQLite transaction."""

from __future__ import annotations

import sqlite3

from node.store.catalogue_port import ImportRows, MatchRows
from node.store.claim_port import ClaimRows
from node.store.desk_port import ActRows, DraftRows, HoldRows
from node.store.extract_port import EditionRows, ExtractRows
from node.store.order_port import (
    BoxKeyRows,
    ExchangeRows,
    InvitationRows,
    OrderRows,
    PeerRows,
    TrustRows,
    VerdictRows,
)
from node.store.paper_port import PaperRows
from node.store.port import (
    Describe,
    DigestRows,
    EditRows,
    JournalRows,
    LogRows,
    RecordRows,
    ScopeRows,
    SettingRows,
    TextRows,
)
from node.store.set_port import SetRows
from node.store.shelf_port import ClassNumbers, ClassRows, ShelfRows
from node.store.sqlite.acts import SqliteActs
from node.store.sqlite.box_keys import SqliteBoxKeys
from node.store.sqlite.claims import SqliteClaims
from node.store.sqlite.classes import SqliteClasses
from node.store.sqlite.decisions import SqliteDecisions, SqliteFormerCodes
from node.store.sqlite.digests import SqliteDigests
from node.store.sqlite.drafts import SqliteDrafts
from node.store.sqlite.editions import SqliteEditions
from node.store.sqlite.edits import SqliteEdits
from node.store.sqlite.exchanges import SqliteExchanges
from node.store.sqlite.extracts import SqliteExtracts
from node.store.sqlite.holds import SqliteHolds
from node.store.sqlite.imports import SqliteImports
from node.store.sqlite.invitations import SqliteInvitations
from node.store.sqlite.journal import SqliteJournal
from node.store.sqlite.logs import SqliteLogs
from node.store.sqlite.matches import SqliteMatches
from node.store.sqlite.orders import SqliteOrders
from node.store.sqlite.papers import SqlitePapers
from node.store.sqlite.peers import SqlitePeers
from node.store.sqlite.records import SqliteRecords
from node.store.sqlite.scopes import SqliteScopes
from node.store.sqlite.sets import SqliteSets
from node.store.sqlite.settings import SqliteSettings
from node.store.sqlite.shelves import SqliteShelves
from node.store.sqlite.text import SqliteText
from node.store.sqlite.tickets import SqliteTickets
from node.store.sqlite.trust import SqliteTrust
from node.store.sqlite.verdicts import SqliteVerdicts
from node.store.ticket_port import (
    DecisionRows,
    FormerCodeRows,
    Judge,
    TicketRows,
    every_difference,
)


class SqliteRows:
    """The port's ``Rows`` for SQLite; lives as long as one transaction."""

    def __init__(
        self,
        database: sqlite3.Connection,
        describe: Describe,
        class_numbers: ClassNumbers | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.describe = describe
        self.judge: Judge = judge or every_difference
        self.settings: SettingRows = SqliteSettings(database)
        self.scopes: ScopeRows = SqliteScopes(database)
        self.logs: LogRows = SqliteLogs(database)
        self.sets: SetRows = SqliteSets(database)
        self.journal: JournalRows = SqliteJournal(database)
        self.records: RecordRows = SqliteRecords(database)
        self.edits: EditRows = SqliteEdits(database)
        self.digests: DigestRows = SqliteDigests(database)
        self.classes: ClassRows = SqliteClasses(
            database, {} if class_numbers is None else class_numbers
        )
        self.shelves: ShelfRows = SqliteShelves(database)
        self.tickets: TicketRows = SqliteTickets(database)
        self.decisions: DecisionRows = SqliteDecisions(database)
        self.former_codes: FormerCodeRows = SqliteFormerCodes(database)
        self.claims: ClaimRows = SqliteClaims(database)
        self.text: TextRows = SqliteText(database)
        self.imports: ImportRows = SqliteImports(database)
        self.matches: MatchRows = SqliteMatches(database)
        self.box_keys: BoxKeyRows = SqliteBoxKeys(database)
        self.exchanges: ExchangeRows = SqliteExchanges(database)
        self.invitations: InvitationRows = SqliteInvitations(database)
        self.orders: OrderRows = SqliteOrders(database)
        self.peers: PeerRows = SqlitePeers(database)
        self.trust: TrustRows = SqliteTrust(database)
        self.verdicts: VerdictRows = SqliteVerdicts(database)
        self.drafts: DraftRows = SqliteDrafts(database)
        self.acts: ActRows = SqliteActs(database)
        self.holds: HoldRows = SqliteHolds(database)
        self.papers: PaperRows = SqlitePapers(database)
        self.extracts: ExtractRows = SqliteExtracts(database)
        self.editions: EditionRows = SqliteEditions(database)
