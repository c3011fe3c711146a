"""The ledger's verdicts and the features of presence once more, in plain pandas as an analyst would write them.

Only for the benchmark: it says how much the SQL saves, and that both agree.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.data.presence_settings import PresenceSettings

DAY = 86_400_000_000
IST = 19_800_000_000
WEEK = 7 * DAY


def km(lat1: pd.Series, lon1: pd.Series, lat2: pd.Series, lon2: pd.Series) -> pd.Series:
    return 111.195 * np.sqrt((lat1 - lat2) ** 2 + ((lon1 - lon2) * np.cos(np.radians(lat2))) ** 2)


def verdicts(
    activity: pd.DataFrame, aspirants: pd.DataFrame, booths: pd.DataFrame, s: PresenceSettings
) -> pd.DataFrame:
    """Return the events with their verdict; the tables hold one election's own rows."""
    who = aspirants.drop_duplicates("aspirant_id").set_index("aspirant_id")
    person = who["person_id"].fillna(pd.Series(who.index, index=who.index))
    e = activity.sort_values(["received_at", "event_id"]).reset_index(drop=True)
    e["event"] = np.arange(len(e))
    e["own_seat"] = e["aspirant_id"].map(who["seat_id"])
    e["person"] = e["aspirant_id"].map(person)
    e["unknown"] = e["own_seat"].isna()
    e["other_seat"] = (e["seat_id"] != e["own_seat"]) & e["seat_id"].notna() & ~e["unknown"]
    e["seat"] = e["own_seat"].fillna(e["seat_id"])
    e["booth"] = e["booth_no"].fillna("")
    e["post"] = e["kind"] == "social_post"
    e["started"] = e["started_at"].dt.tz_convert(None).astype("datetime64[us]").astype("int64").where(
        e["started_at"].notna())  # fmt: skip
    e["received"] = e["received_at"].dt.tz_convert(None).astype("datetime64[us]").astype("int64")
    e["met"] = e["attendance"].fillna(0).astype("int64")
    bare = e["lat"].isna() & e["photo_hash"].isna()
    e["sender"] = e["aspirant_id"].where(bare)
    content = ["seat", "booth", "kind", "started_at", "lat", "lon", "attendance", "photo_hash", "sender"]
    e["copy_of"] = e.duplicated(content, keep="first")
    repeated = e.duplicated(content, keep=False)
    has_photo = e["photo_hash"].notna()
    e["photo_again"] = has_photo & e.duplicated("photo_hash", keep="first")
    phones = e[e["device_id"].notna() & ~e["unknown"]].groupby(["device_id", "person"]).size().rename("n").reset_index()
    phone = phones.groupby("device_id").agg(people=("n", "size"), total=("n", "sum"), most=("n", "max"))
    owner = phones.sort_values("n").drop_duplicates("device_id", keep="last").set_index("device_id")["person"]
    phone = phone[phone["people"] >= s.device_people]
    on = e["device_id"].map(phone["people"]).notna()
    mine = (e["person"] == e["device_id"].map(owner)) & (
        e["device_id"].map(phone["most"]) >= s.device_owner_share * e["device_id"].map(phone["total"])
    )
    e["shared"] = on & ~e["post"] & ~mine

    # where
    b = booths.drop_duplicates(["seat_id", "booth_no"]).rename(columns={"seat_id": "seat", "booth_no": "booth"})
    b = b[["seat", "booth", "lat", "lon", "weak"]].rename(columns={"lat": "list_lat", "lon": "list_lon"})
    e = e.merge(b.assign(listed=True), on=["seat", "booth"], how="left")
    box = b.groupby("seat").agg(south=("list_lat", "min"), north=("list_lat", "max"), west=("list_lon", "min"),
                                east=("list_lon", "max"))  # fmt: skip
    e = e.join(box, on="seat")
    blank = b["list_lat"].isna() | b["list_lon"].isna()
    at = e.merge(b.loc[blank, ["seat", "booth"]], on=["seat", "booth"])
    at = at[at["lat"].notna() & at["lon"].notna() & ~at["unknown"] & ~at["post"] & ~at["mock_location"].fillna(False)]
    voices = at.groupby(["seat", "booth", "aspirant_id"])[["lat", "lon"]].median().reset_index()
    learned = voices.groupby(["seat", "booth"]).agg(g_lat=("lat", "median"), g_lon=("lon", "median"), n=("lat", "size"))
    e = e.merge(learned[learned["n"] >= 3].reset_index(), on=["seat", "booth"], how="left")
    listed = e["list_lat"].notna() & e["list_lon"].notna()
    e["b_lat"], e["b_lon"] = e["list_lat"].where(listed, e["g_lat"]), e["list_lon"].where(listed, e["g_lon"])
    e["km"] = km(e["lat"], e["lon"], e["b_lat"], e["b_lon"])
    placed = e["lat"].notna() & e["lon"].notna()
    zero = placed & ((e["lat"].abs() < 0.01) | (e["lon"].abs() < 0.01))
    inside = e["lat"].between(e["south"] - 0.02, e["north"] + 0.02) & e["lon"].between(
        e["west"] - 0.02, e["east"] + 0.02
    )
    turned = e["lon"].between(e["south"] - 0.02, e["north"] + 0.02) & e["lat"].between(
        e["west"] - 0.02, e["east"] + 0.02
    )
    swapped = placed & ~inside & turned
    elsewhere = e["other_seat"] | ((e["booth"] != "") & e["south"].notna() & e["listed"].isna())
    slack = s.near_km + e["accuracy_m"].fillna(0).clip(upper=1000) / 1000
    astray = placed & ~zero & ~swapped & ((e["km"] > s.near_km) | (e["km"].isna() & (e["booth"] != "")))
    where = b.merge(learned[learned["n"] >= 3].reset_index(), on=["seat", "booth"], how="left")
    own = where["list_lat"].notna() & where["list_lon"].notna()
    where["b_lat"] = where["list_lat"].where(own, where["g_lat"])
    where["b_lon"] = where["list_lon"].where(own, where["g_lon"])
    where = where[where["b_lat"].notna()][["seat", "b_lat", "b_lon"]]
    near = pd.Series(np.nan, index=e.index)
    for seat, rows in e[astray].groupby("seat"):
        spots = where[where["seat"] == seat]
        if len(spots):
            d = km(rows["lat"].to_numpy()[:, None], rows["lon"].to_numpy()[:, None],
                   spots["b_lat"].to_numpy()[None, :], spots["b_lon"].to_numpy()[None, :])  # fmt: skip
            near[rows.index] = d.min(axis=1)
    by_booth = near <= s.far_km
    off = np.where(e["km"].notna(), e["km"] > slack, np.where(e["south"].notna(), ~inside, False))
    far = ~e["post"] & placed & ~zero & ~swapped & ~by_booth & off
    other_booth = ~e["post"] & by_booth & (e["km"] > slack)
    round_place = (
        ~e["post"]
        & ~zero
        & (
            ((e["lat"] * 100 - (e["lat"] * 100).round()).abs() + (e["lon"] * 100 - (e["lon"] * 100).round()).abs())
            < 1e-6
        )
    )
    from_list = ~e["post"] & ~zero & ((e["lat"] - e["list_lat"]).abs() < 1.5e-6) & (
        (e["lon"] - e["list_lon"]).abs() < 1.5e-6)  # fmt: skip
    y, x = np.floor(e["lat"] * 1000), np.floor(e["lon"] * 1000)
    desk = e["km"] > s.spot_km + e["accuracy_m"].fillna(0).clip(upper=1000) / 1000
    spots = e[desk & ~e["unknown"]].assign(y=y, x=x).groupby(["aspirant_id", "y", "x"])["booth_no"].nunique()
    keys = pd.MultiIndex.from_arrays([e["aspirant_id"], y, x])
    one_spot = keys.isin(spots[spots >= s.spot_booths].index)

    # copies that were moved
    twin = e["met"].gt(0) & placed & ~e["unknown"]
    group = ["aspirant_id", "booth", "kind", "met"]
    t = e[twin].sort_values([*group, "lat", "lon", "event"])
    step = ~((t.groupby(group)["lat"].diff() <= s.copy_m / 111195.0)
             & (t.groupby(group)["lon"].diff().abs() <= s.copy_m / 100000.0))  # fmt: skip
    cluster = step.cumsum()
    first = t.groupby(cluster)["event"].transform("min")
    several = t[~t["post"]].groupby(group)["event"].transform("size") > 1
    moved = pd.Series(False, index=e.index)
    moved[t.index] = (t["event"] > first) & several.reindex(t.index).fillna(False)

    # when
    e["ahead"] = e["started"] > e["received"] + s.ahead_minutes * 60_000_000
    late = ~e["post"] & (e["received"] > e["started"] + s.late_days * DAY)
    once = e["started"].notna() & ~e["post"] & ~repeated
    e["lag"] = e["received"] - e["started"]
    e["day"] = (e["started"] + IST) // DAY
    d = (
        e[once]
        .groupby(["aspirant_id", "day"])
        .agg(
            n=("event", "size"),
            first=("started", "min"),
            last=("started", "max"),
            low=("lag", "min"),
            high=("lag", "max"),
        )
    )
    odd = d[(d["n"] >= 3) & (d["last"] - d["first"] >= 3_600_000_000) & (d["high"] - d["low"] <= 1_800_000_000)
            & (d["low"] >= 22 * 3_600_000_000) & (d["high"] <= 26 * 3_600_000_000)]  # fmt: skip
    clock = pd.MultiIndex.from_frame(e[["aspirant_id", "day"]]).isin(odd.index)
    clock |= (-e["lag"]).between(22 * 3_600_000_000, 26 * 3_600_000_000)
    e["hour"] = e["received"] // 3_600_000_000
    load = e[once].groupby(["aspirant_id", "hour"])["started"].agg(["size", "min", "max"])
    load = load[(load["size"] >= s.bulk_events) & (load["max"] - load["min"] >= s.bulk_days * DAY)]
    bulk = pd.MultiIndex.from_frame(e[["aspirant_id", "hour"]]).isin(load.index) & ~e["post"]

    mock = e["mock_location"].fillna(False).astype(bool) & ~e["post"]
    no_place = ~e["post"] & ~placed & bool(e["lat"].notna().any())
    inaccurate = ~e["post"] & (e["accuracy_m"] > s.most_accuracy_m)
    zero, swapped = zero & ~e["post"], swapped & ~e["post"]
    sound = ~(e["post"] | e["unknown"] | elsewhere | e["copy_of"] | mock | e["started"].isna() | e["ahead"] | clock
              | late | bulk | e["shared"] | e["photo_again"] | moved | one_spot | no_place | zero | swapped
              | round_place | from_list | far | other_booth)  # fmt: skip
    j = e[sound].sort_values(["aspirant_id", "started", "event"])
    g = j.groupby("aspirant_id")
    pause = g["started"].diff()
    way = km(g["lat"].shift(), g["lon"].shift(), j["lat"], j["lon"])
    broken = way > s.speed_slack_km + s.speed_kmh * pause / 3_600_000_000
    next_broken = broken.groupby(j["aspirant_id"]).shift(-1, fill_value=False)
    lone = broken & next_broken
    before = lone.groupby(j["aspirant_id"]).shift(1, fill_value=False)
    two_before = lone.groupby(j["aspirant_id"]).shift(2, fill_value=False)
    jump = broken & ~(before & ~two_before)
    dense = j["started"] - g["started"].shift(s.burst_events) <= s.burst_minutes * 60_000_000
    burst = dense.copy()
    for later in range(1, s.burst_events + 1):
        burst |= dense.groupby(j["aspirant_id"]).shift(-later, fill_value=False)
    crowd = j.groupby(["aspirant_id", "day"])["event"].transform("size") > s.day_events
    crowded = pd.MultiIndex.from_frame(e[["aspirant_id", "day"]]).isin(
        pd.MultiIndex.from_frame(j.loc[crowd, ["aspirant_id", "day"]]))  # fmt: skip
    office = (~(j["day"] % 7).isin([2, 3]) & ((j["started"] + IST) // 3_600_000_000 % 24).between(10, 16)).groupby(
        j["aspirant_id"]).agg(["size", "mean"])  # fmt: skip
    desks = e["aspirant_id"].isin(
        office[(office["size"] >= s.office_events) & (office["mean"] >= s.office_share)].index
    )
    several_phones = e["device_id"].isin(phones[phones.duplicated("device_id")]["device_id"])
    p = e[sound & several_phones].sort_values(["device_id", "started", "event"])
    pg = p.groupby("device_id")
    phone_jump = km(pg["lat"].shift(), pg["lon"].shift(), p["lat"], p["lon"]) > (
        s.speed_slack_km + s.speed_kmh * pg["started"].diff() / 3_600_000_000
    )

    def whole(part: pd.Series) -> pd.Series:
        return part.reindex(e.index).fillna(False).astype(bool)

    against = e["unknown"] | elsewhere | e["copy_of"] | mock | (e["ahead"] & ~clock) | far | zero | whole(lone)
    unclear = (
        e["started"].isna() | clock | late | bulk | (crowded & ~e["post"]) | (desks & ~e["post"]) | e["shared"]
        | e["photo_again"] | moved | one_spot | swapped | round_place | from_list | other_booth | whole(burst)
        | whole(jump) | whole(phone_jump)
    )  # fmt: skip
    lacks = no_place | inaccurate
    blind = e[lacks & ~against & ~unclear & (e["booth"] != "")]
    clear = e[~(lacks | against | unclear | e["post"])]
    pairs = blind.merge(clear, on=["seat", "booth"], suffixes=("", "_2"))
    pairs = pairs[(pairs["aspirant_id"] != pairs["aspirant_id_2"]) & (pairs["device_id"] != pairs["device_id_2"])
                  & ((pairs["started"] - pairs["started_2"]).abs() <= s.second_minutes * 60_000_000)]  # fmt: skip
    seconded = e["event"].isin(pairs["event"])
    e["moved"] = moved
    e["verdict"] = np.where(against, "refused", np.where(unclear | (lacks & ~seconded), "doubtful", "verified"))
    return e


def features(
    e: pd.DataFrame, aspirants: pd.DataFrame, booths: pd.DataFrame, now: int, s: PresenceSettings
) -> pd.DataFrame:
    """Return the features by aspirant_id."""
    spots = booths[booths["lat"].notna() & booths["lon"].notna()].sort_values(["seat_id", "lat", "booth_no"]).copy()

    def third(rows: pd.DataFrame, by: list[str]) -> pd.Series:
        size, place = rows.groupby(by)["booth_no"].transform("size"), rows.groupby(by).cumcount()
        low, more = size // 3, size % 3
        return np.where(
            place < more * (low + 1), place // (low + 1), more + (place - more * (low + 1)) // low.clip(lower=1)
        )

    spots["band"] = third(spots, ["seat_id"])
    spots = spots.sort_values(["seat_id", "band", "lon", "booth_no"])
    spots["part"] = spots["band"] * 3 + third(spots, ["seat_id", "band"])
    seats = booths.groupby("seat_id").agg(
        booths=("booth_no", "size"), weak=("weak", lambda w: int(w.fillna(False).sum()))
    )
    g = spots.groupby("seat_id")
    seats["parts"] = g["part"].nunique()
    seats["high"] = g["lat"].max() - g["lat"].min()
    seats["wide"] = (g["lon"].max() - g["lon"].min()) * np.cos(np.radians(g["lat"].mean()))
    v = e[(e["verdict"] == "verified") & ~e["post"]].copy()
    v["week"] = v["started"] // WEEK
    v["fresh"] = 0.5 ** ((now - v["started"]).clip(lower=0) / DAY / s.half_life_days)
    v["met"] = v["met"].clip(upper=s.most_met)
    at = v.groupby(["aspirant_id", "seat", "booth"]).agg(
        weak=("weak", lambda w: int(w.fillna(False).any())), met=("met", "max"), weeks=("week", "nunique"),
        fresh=("fresh", "max")).reset_index()  # fmt: skip
    own = at[at["booth"] != ""].merge(spots[["seat_id", "booth_no", "lat", "lon", "part"]], how="left",
                                      left_on=["seat", "booth"], right_on=["seat_id", "booth_no"])  # fmt: skip
    own["capped"] = own["weeks"].clip(upper=4)
    own["square"] = own["capped"] ** 2
    r = own.groupby("aspirant_id").agg(reached=("booth", "size"), weak=("weak", "sum"), fresh=("fresh", "sum"),
                                       capped=("capped", "sum"), square=("square", "sum"), parts=("part", "nunique"),
                                       lat0=("lat", "min"), lat1=("lat", "max"), lon0=("lon", "min"),
                                       lon1=("lon", "max"), lat=("lat", "mean"))  # fmt: skip
    who = aspirants.drop_duplicates("aspirant_id").set_index("aspirant_id")
    out = pd.DataFrame(index=who.index)
    of = seats.reindex(who["seat_id"]).set_axis(who.index)
    r = r.reindex(who.index)
    out["presence_booths"] = r["reached"].fillna(0) / of["booths"]
    out["presence_weak_booths"] = (r["weak"].fillna(0) / of["weak"]).where(of["weak"] > 0)
    out["presence_breadth"] = (r["capped"] ** 2 / r["square"]).fillna(0) / of["booths"]
    out["presence_recency"] = r["fresh"].fillna(0) / of["booths"]
    recent = v[(now - v["started"] >= 0) & (now - v["started"] < 26 * WEEK)]
    weeks = ((now - recent["started"]) // WEEK).groupby(recent["aspirant_id"]).nunique()
    out["presence_regularity"] = weeks.reindex(who.index).fillna(0) / 26
    out["presence_people_met"] = np.log1p(at.groupby("aspirant_id")["met"].sum().reindex(who.index).fillna(0))
    wide = (r["lon1"] - r["lon0"]) * np.cos(np.radians(r["lat"]))
    reach = np.sqrt(((r["lat1"] - r["lat0"]) ** 2 + wide**2).fillna(0) / (of["high"] ** 2 + of["wide"] ** 2))
    out["presence_reach"] = reach.clip(upper=1)
    out["presence_parts"] = r["parts"].fillna(0) / of["parts"]
    c = e[~e["copy_of"] & ~e["moved"] & ~e["post"] & ~e["unknown"]]
    good = (c["verdict"] == "verified").groupby([c["aspirant_id"], c["booth"], c["started"] // DAY], dropna=False).max()
    out["verified_share"] = good.groupby(level=0).mean().reindex(who.index)
    return out
